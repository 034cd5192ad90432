"""Configuration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Registers the system checks, the examinations and the privacy of all apps."""

    name = "core"

    def ready(self) -> None:
        from core import checks  # noqa: F401 - registers them
        from core.admin.labels import translate_labels
        from core.db import examinations  # noqa: F401

        translate_labels()
        autodiscover_modules("examinations", "privacy")
