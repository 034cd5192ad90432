"""Configuration of the app of listings."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """The app of listings."""

    name = "listings"
