"""The app of background and periodic jobs."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """The job queue, its workers and the periodic jobs."""

    name = "jobs"

    def ready(self) -> None:
        """Import `<app>/jobs.py` of every app, which register their jobs."""
        from anymail.signals import tracking

        from core.metrics import show_queue
        from jobs import services
        from jobs.checks import maintenance_has_an_order
        from jobs.mail_events import receive

        show_queue(services.status)
        tracking.connect(receive, dispatch_uid="jobs.mail_events")
        autodiscover_modules("jobs")
        register(maintenance_has_an_order)
