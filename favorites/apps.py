"""Configuration of the app of favorites."""

from django.apps import AppConfig


class FavoritesConfig(AppConfig):
    """The app of favorites."""

    name = "favorites"
