"""Configuration of the app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self):
        from catalog import item_types  # noqa: F401 - fills the table
