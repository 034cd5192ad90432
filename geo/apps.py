"""Configuration of the app."""

from django.apps import AppConfig


class GeoConfig(AppConfig):
    """Abstract models, filters and serializers of places; it has no tables."""

    name = "geo"

    def ready(self) -> None:
        from geo import checks  # noqa: F401 - registers them
