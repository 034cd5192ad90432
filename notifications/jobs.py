"""What the worker does: letters, and the digest of messages that wait."""

from django.utils import timezone

from jobs.registry import every, job
from jobs.services import enqueue_mail
from notifications import digests
from notifications.kinds import KINDS
from notifications.letters import letter
from notifications.models import Notification
from notifications.services import channels_of


@job()
def deliver(notification_id: int) -> None:
    """Write the letter, if its reader still wants it."""
    row = Notification.objects.select_related("recipient").filter(pk=notification_id)
    row = row.first()
    if row is not None and _is_wanted(row) and digests.recount(row):
        enqueue_mail(
            f"notification:{row.pk}:{row.created_at.isoformat()}", **letter(row)
        )


def _is_wanted(row: Notification) -> bool:
    reader, kind = row.recipient, KINDS.get(row.kind)
    if kind is None or not (reader.is_active and reader.email):
        return False
    return channels_of(reader, kind.group).email


@every(minutes=5)
@job(tries=3, seconds=240)
def tell_of_messages() -> None:
    """Tell of messages that wait unread, a burst at a time."""
    digests.send(at=timezone.now())
