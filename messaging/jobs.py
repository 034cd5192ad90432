"""Background jobs of conversations."""

from django.utils import timezone

from jobs.registry import every, job
from messaging import digests


@every(minutes=5)
@job(max_attempts=3, timeout_s=240)
def tell_of_messages() -> None:
    """Tell of messages that wait unread, a burst at a time."""
    digests.send(at=timezone.now())
