"""Configuration of the app of favorites."""

from django.apps import AppConfig


class FavoritesConfig(AppConfig):
    name = "favorites"
