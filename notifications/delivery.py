"""Send notifications by e-mail: a bounded number to each person, the rest in digests.

A person receives at most `EMAILS_PER_HOUR` and `EMAILS_PER_DAY` of these e-mails. A
notification above that is held, and a digest with all held ones is sent as soon as the
limits allow another e-mail. E-mails that are no notifications are not counted here.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import override

from accounts import services as accounts
from accounts.models import User
from jobs.services import enqueue, enqueue_mail
from notifications import withholding
from notifications.emails import render_email
from notifications.models import EmailRecord, Notification
from notifications.rendering import render
from notifications.services import get_channels
from notifications.types import NOTIFICATION_TYPES, is_current

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAX_DIGEST_ITEMS = 50  # more are in the list of notifications alone


def deliver(row: Notification, *, at: datetime) -> None:
    """Queue the e-mail of `row`, or hold it, in the caller's transaction.

    Does nothing if the e-mail is no longer wanted, or was sent or held before.
    """
    if not _is_wanted(row):
        return
    # Locked: of two workers that count the e-mails at once, each would miss the other's
    # and both would send the last one that is allowed.
    accounts.lock(row.recipient_id)
    if EmailRecord.objects.filter(notification=row).exists():
        return  # a job that staff queued again
    held = EmailRecord.objects.filter(recipient=row.recipient_id, is_held=True)
    opens_at = next_slot(row.recipient_id, at=at)
    if held.exists():
        _record(row, is_held=True, at=at)  # its digest is queued already
    elif opens_at > at:
        _record(row, is_held=True, at=at)
        _queue_digest(row.recipient_id, opens_at)
    else:
        _send(row, at=at)


def next_slot(recipient_id: int, *, at: datetime) -> datetime:
    """Return when the person may receive another e-mail: `at`, or a later time."""
    sent = EmailRecord.objects.filter(recipient=recipient_id, is_held=False)
    opens_at = at
    for limit, window in (
        (settings.EMAILS_PER_HOUR, HOUR),
        (settings.EMAILS_PER_DAY, DAY),
    ):
        if not limit:
            continue
        times = sent.filter(at__gt=at - window).order_by("-at").values_list("at")
        # The e-mail whose end of the window leaves room for one more, if it is full.
        for (last,) in times[limit - 1 : limit]:
            opens_at = max(opens_at, last + window)
    return opens_at


def send_digest(recipient_id: int, *, at: datetime) -> None:
    """Queue one e-mail with all held notifications of a person, if the limits allow it.

    Otherwise it is tried again when they do. Those that are no longer wanted, or no
    longer current, are left out.
    """
    accounts.lock(recipient_id)  # as in `deliver`
    records = EmailRecord.objects.filter(recipient=recipient_id, is_held=True)
    rows = Notification.objects.filter(email_record__in=records)
    held = list(rows.for_email().order_by("pk"))
    if not held:
        return
    opens_at = next_slot(recipient_id, at=at)
    if opens_at > at:  # the clock of another worker is ahead, or a limit was lowered
        enqueue("notifications.send_digest", run_at=opens_at, recipient_id=recipient_id)
        return
    records.delete()
    wanted = [row for row in held if _is_wanted(row)]
    withholding.mark(wanted)
    if len(wanted) > 1:
        digest = _make_digest(wanted, at=at)
        _send(digest, at=at)
        # The e-mail has its text by now. Kept, the names and titles of other people
        # would outlive the notifications that it was made from.
        digest.params.pop("items")
        digest.save(update_fields=["params"])
    elif wanted:
        _send(wanted[0], at=at)


def overdue_recipients(*, at: datetime) -> list[int]:
    """Return the ids of people with a notification that has been held for an hour.

    Only those who may receive an e-mail now: their digest has failed.
    """
    old = EmailRecord.objects.filter(is_held=True, at__lt=at - HOUR)
    ids = old.order_by("recipient").values_list("recipient", flat=True).distinct()
    return [pk for pk in ids if next_slot(pk, at=at) <= at]


def _is_wanted(row: Notification) -> bool:
    recipient = row.recipient
    notification_type = NOTIFICATION_TYPES.get(row.kind)
    if notification_type is None or not (recipient.is_active and recipient.email):
        return False
    if not recipient.email_confirmed:
        return False  # it may be a stranger's address
    is_chosen = get_channels(recipient, notification_type.group).email
    return is_chosen and is_current(row)


def _send(row: Notification, *, at: datetime) -> None:
    _record(row, is_held=False, at=at)
    # The time is in the key, as a database may give the id of a deleted row again.
    enqueue_mail(
        f"notification:{row.pk}:{row.created_at.isoformat()}", **render_email(row)
    )


def _record(row: Notification, *, is_held: bool, at: datetime) -> None:
    EmailRecord.objects.create(
        notification=row, recipient_id=row.recipient_id, is_held=is_held, at=at
    )


def _queue_digest(recipient_id: int, opens_at: datetime) -> None:
    enqueue(
        "notifications.send_digest",
        key=f"digest:{recipient_id}:{opens_at.isoformat()}",
        run_at=opens_at,
        recipient_id=recipient_id,
    )


def _make_digest(rows: list[Notification], *, at: datetime) -> Notification:
    """Return the stored notification that stands for `rows`, for its e-mail alone."""
    recipient = rows[0].recipient
    groups = {NOTIFICATION_TYPES[row.kind].group.value for row in rows}
    params: dict[str, object] = {
        "count": len(rows),
        "items": [_item(row, recipient) for row in rows[:MAX_DIGEST_ITEMS]],
        "groups": sorted(groups),
    }
    if len(rows) > MAX_DIGEST_ITEMS:
        params["more"] = len(rows) - MAX_DIGEST_ITEMS
    return Notification.objects.create(
        recipient=recipient, kind="digest", params=params, in_app=False, created_at=at
    )


def _item(row: Notification, recipient: User) -> dict[str, str]:
    with override(recipient.language):
        rendered = render(row)
    note = " ".join(filter(None, (rendered.text, rendered.reason)))
    return {"title": rendered.title, "path": rendered.path, "note": note}
