"""Background jobs of notifications, and their periodic maintenance."""

from datetime import datetime

from django.utils import timezone

from jobs.maintenance import delete_rows, maintenance
from jobs.registry import job
from jobs.services import enqueue
from notifications import delivery, services
from notifications.models import EmailRecord, Notification


@job()
def deliver(notification_id: int) -> None:
    """Render the e-mail of a notification and queue it, if it is still wanted.

    Atomic: the e-mail is queued exactly once. Sending it is another job, which may be
    retried for a day with the text rendered here.
    """
    row = Notification.objects.for_email().filter(pk=notification_id).first()
    if row is not None:
        delivery.deliver(row, at=timezone.now())


@job()
def send_digest(recipient_id: int) -> None:
    """Queue the e-mail with the notifications of a person that were held back."""
    delivery.send_digest(recipient_id, at=timezone.now())


@maintenance("send overdue digests")
def send_overdue_digests(at: datetime, *, dry_run: bool) -> int:
    """Queue the digests again whose job has failed for good or was discarded."""
    people = delivery.overdue_recipients(at=at)
    for pk in () if dry_run else people:
        key = f"digest:{pk}:overdue:{at:%Y-%m-%dT%H}"
        enqueue(send_digest, key=key, recipient_id=pk)
    return len(people)


@maintenance("delete expired e-mail records")
def delete_expired_records(at: datetime, *, dry_run: bool) -> int:
    """Delete the records of sent e-mails that no limit counts any more."""
    sent = EmailRecord.objects.filter(is_held=False, at__lt=at - 2 * delivery.DAY)
    return delete_rows(sent, dry_run=dry_run)


@maintenance("delete expired notifications")
def delete_expired_notifications(at: datetime, *, dry_run: bool) -> int:
    """Delete notifications that are `NOTIFICATION_DAYS` old and read or hidden."""
    return delete_rows(services.expired(at=at), dry_run=dry_run)
