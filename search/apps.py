"""Configuration of the app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self):
        from search import lookups  # noqa: F401 - registers them
