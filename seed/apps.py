"""Configuration of the app of demo data."""

from django.apps import AppConfig


class SeedConfig(AppConfig):
    """The command that fills the database, and the rows it makes."""

    name = "seed"
