"""Configuration of the app of offerings."""

from django.apps import AppConfig


class OfferingsConfig(AppConfig):
    """The app of offerings."""

    name = "offerings"
