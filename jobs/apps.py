"""The app of background and periodic jobs."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self):
        """Import `<app>/jobs.py` of every app, which register their jobs."""
        from jobs.checks import maintenance_has_an_order

        autodiscover_modules("jobs")
        register(maintenance_has_an_order)
