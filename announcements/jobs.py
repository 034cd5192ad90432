"""The job that notifies people of announcements."""

from django.utils import timezone

from announcements import services
from jobs.registry import job


@job()
def deliver(announcement_id: int) -> None:
    """Notify the next people of an announcement, a bounded number.

    Atomic: the people of a batch are notified exactly once, and the next batch is
    queued with them.
    """
    services.deliver_batch(announcement_id, at=timezone.now())
