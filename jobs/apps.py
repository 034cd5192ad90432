from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self):
        from jobs.checks import maintenance_has_an_order

        autodiscover_modules("jobs")  # imports `<app>/jobs.py`, which register jobs
        register(maintenance_has_an_order)
