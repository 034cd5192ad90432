"""The clock's part."""

from datetime import datetime, timedelta

from django.utils import timezone

from alerts import matching
from jobs.registry import every, job
from jobs.services import enqueue

SLICE_SECONDS = 5.0  # then letters and the rest have their turn


@every(minutes=1)
@job(tries=3, seconds=120, outward=True)  # long, and each search a transaction
def send_alerts(until: str = "") -> None:
    """Ask what is due; what is left waits behind other jobs, and for the next minute.

    So one more worker is busy with it in each minute that begins, and no more.
    """
    now = timezone.now()
    until = until or (now + timedelta(minutes=1)).isoformat()
    is_done = matching.send_due(at=now, seconds=SLICE_SECONDS)
    if not is_done and timezone.now() < datetime.fromisoformat(until):
        enqueue(send_alerts, until=until)
