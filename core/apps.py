"""Configuration of the app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the system checks of `core.checks`."""

    name = "core"

    def ready(self) -> None:
        from core import checks  # noqa: F401 - registers them
