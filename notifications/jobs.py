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
    """Render the e-mail of a notification and queue it, if it is still wanted.

    Atomic: the e-mail is queued exactly once. Sending it is another job, which may be
    retried for a day with the text rendered here.
    """
    rows = Notification.objects.select_related("recipient")
    row = rows.filter(pk=notification_id).first()
    if row is not None and _is_wanted(row) and is_current(row):
        # The time is in the key, as a database may give the id of a deleted row again.
        enqueue_mail(
            f"notification:{row.pk}:{row.created_at.isoformat()}", **render_email(row)
        )


def _is_wanted(row: Notification) -> bool:
    recipient = row.recipient
    notification_type = NOTIFICATION_TYPES.get(row.kind)
    if notification_type is None or not (recipient.is_active and recipient.email):
        return False
    if not recipient.email_confirmed:
        return False  # it may be a stranger's address
    return get_channels(recipient, notification_type.group).email


@maintenance("delete expired notifications")
def delete_expired_notifications(at: datetime, *, dry_run: bool) -> int:
    """Delete notifications that are `NOTIFICATION_DAYS` old and read or hidden."""
    return delete_rows(services.expired(at=at), dry_run=dry_run)
