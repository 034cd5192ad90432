"""Configuration of the app."""

from django.apps import AppConfig


class CategoriesConfig(AppConfig):
    """The app of the categories of items and of their typed fields."""

    name = "categories"

    def ready(self) -> None:
        """Create the categories again where a database was emptied."""
        from categories import defaults

        defaults.CATEGORIES.connect()
