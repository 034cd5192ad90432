"""Configuration of the app."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    name = "items"
