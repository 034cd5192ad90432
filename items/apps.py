"""Configuration of the app."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """The app of what people post."""

    name = "items"
