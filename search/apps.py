"""Configuration of the app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Registers the lookups of `search.lookups`."""

    name = "search"

    def ready(self) -> None:
        from search import lookups  # noqa: F401 - registers them
