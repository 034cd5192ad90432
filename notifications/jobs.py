"""Background jobs of notifications, and their periodic maintenance."""

from datetime import datetime

from jobs.maintenance import delete_rows, maintenance
from jobs.registry import job
from jobs.services import enqueue_mail
from notifications import services
from notifications.emails import render_email
from notifications.models import Notification
from notifications.services import get_channels
from notifications.types import NOTIFICATION_TYPES, is_current


@job()
def deliver(notification_id: int) -> None:
    """Write the letter, if its reader still wants it."""
    row = Notification.objects.select_related("recipient").filter(pk=notification_id)
    row = row.first()
    if row is not None and _is_wanted(row) and is_current(row):
        enqueue_mail(
            f"notification:{row.pk}:{row.created_at.isoformat()}", **render_email(row)
        )


def _is_wanted(row: Notification) -> bool:
    reader, kind = row.recipient, NOTIFICATION_TYPES.get(row.kind)
    if kind is None or not (reader.is_active and reader.email):
        return False
    return get_channels(reader, kind.group).email


@maintenance("delete expired notifications")
def delete_expired_notifications(at: datetime, *, dry_run: bool) -> int:
    return delete_rows(services.stale(at=at), dry_run=dry_run)
