"""Background jobs of conversations."""

from django.utils import timezone

from jobs.registry import every, job
from messaging import digests, response_times


@every(hours=24)
@job(max_attempts=3, timeout_s=1800)
def measure_response_times() -> None:
    """Store how soon people answer."""
    response_times.measure(at=timezone.now())


@every(minutes=5)
@job(max_attempts=3, timeout_s=240)
def send_digests() -> None:
    """Send the digests of unread messages that are due."""
    digests.send(at=timezone.now())
