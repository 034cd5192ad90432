"""Background jobs of saved searches, and their periodic maintenance."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from alerts import matching, services
from alerts.models import SavedSearch
from jobs.maintenance import delete_rows, maintenance
from jobs.registry import every, job
from jobs.services import enqueue

SLICE_S = 5.0  # then other jobs of the queue run


@every(minutes=1)
@job(max_attempts=3, timeout_s=120, atomic=False)  # long, and each search a transaction
def send_alerts(until: str = "") -> None:
    """Run the saved searches that are due, for `SLICE_S`; enqueue the rest again.

    `until` (ISO time) is the end of the minute in which the first job began. From then
    on the job of the next minute continues, so that each minute adds one job at most.
    """
    now = timezone.now()
    until = until or (now + timedelta(minutes=1)).isoformat()
    is_done = matching.send_due(at=now, seconds=SLICE_S)
    if not is_done and timezone.now() < datetime.fromisoformat(until):
        enqueue(send_alerts, until=until)


@maintenance("delete expired alerts")
def delete_expired_alerts(at: datetime, *, dry_run: bool) -> int:
    """Delete the records about items that ended a month ago."""
    until = at - timedelta(days=30)
    stale = services.stale(changed_since=until - timedelta(days=7), changed_until=until)
    return delete_rows(stale, dry_run=dry_run)


@maintenance("delete unused saved searches")
def delete_unused_searches(at: datetime, *, dry_run: bool) -> int:
    """Delete searches that have been off, and unchanged, for SAVED_SEARCH_OFF_DAYS."""
    before = at - timedelta(days=settings.SAVED_SEARCH_OFF_DAYS)
    off = SavedSearch.objects.filter(
        frequency=SavedSearch.Frequency.OFF,
        query_changed_at__lt=before,
        watermark__lt=before,
    )
    return delete_rows(off, dry_run=dry_run)
