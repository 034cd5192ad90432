"""Configuration of the app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The app of the features across all types of items."""

    name = "catalog"

    def ready(self) -> None:
        from catalog import item_types  # noqa: F401 - fills the table
