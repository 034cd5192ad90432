"""Tell people what happened, and keep how they want to hear of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from core import events
from core.api.renderers import OrjsonRenderer
from jobs.services import enqueue
from notifications.models import Notification, Preference
from notifications.serializers import NotificationSerializer
from notifications.types import EMAIL_ONLY_GROUPS, NOTIFICATION_TYPES, Group

SUBJECT_WORDS = {  # model name: what the API calls it
    "taskrequest": "task",
    "savedsearch": "saved_search",
}
CREATED, UNREAD = "notification.created", "unread"


@dataclass(frozen=True)
class Channels:
    in_app: bool
    email: bool


def subject_word(model: type[Model] | Model) -> str:
    name = model._meta.model_name
    return SUBJECT_WORDS.get(name, name)


@transaction.atomic
def notify(
    recipient: User,
    kind: str,
    *,
    subject: Model | None = None,
    actor: User | None = None,
    dedup_key: str = "",
    **params,
) -> Notification | None:
    """Tell `recipient` of an event, in the transaction of the event itself.

    `actor` did it and is never told of it; the suspended are told nothing. Of all calls
    with the same `dedup_key` the first counts. `params` are for the words of the kind,
    and
    what JSON can hold. Returns None when nobody is told. Raises `LookupError` for an
    unknown kind.
    """
    group = NOTIFICATION_TYPES[kind].group
    if actor is not None and actor.pk == recipient.pk:
        return None
    if not User.objects.filter(pk=recipient.pk, is_active=True).exists():
        return None
    channels = get_channels(recipient, group)
    if not (channels.in_app or channels.email):
        return None
    row = Notification(
        recipient=recipient,
        kind=kind,
        subject_type=subject_word(subject) if subject else "",
        subject_id=subject.pk if subject else None,
        params=params,
        dedup_key=dedup_key,
        in_app=channels.in_app,
    )
    if not _added(row):
        return None
    if channels.email:
        enqueue("notifications.deliver", notification_id=row.pk)
    if row.in_app:
        _announce(row)
    return row


def _added(row: Notification) -> bool:
    if not row.dedup_key:
        row.save()
        return True
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # its key is taken
        return False
    return True


def _announce(row: Notification) -> None:
    if events.has_receivers():
        shown = NotificationSerializer(
            row, context={"language": row.recipient.language}
        ).data
        payload = orjson.loads(OrjsonRenderer().render(shown))
        events.publish((row.recipient_id,), CREATED, payload)
        tell_unread(row.recipient)


def tell_unread(user: User) -> None:
    """Let the other devices of `user` know how many notifications wait."""
    if events.has_receivers():
        count = Notification.objects.visible_to(user).unread().count()
        events.publish((user.pk,), UNREAD, {"notifications": count})


def send_welcome(sender, *, user: User, **kwargs) -> None:
    """Notify a new person. Receives `user_registered`."""
    notify(user, "welcome", subject=user, name=user.display_name)


# --- What the recipient does ----------------------------------------------------------


def read(row: Notification) -> None:
    if Notification.objects.filter(pk=row.pk).unread().update(read_at=timezone.now()):
        tell_unread(row.recipient)


def read_all(user: User) -> int:
    """Count everything as read; return how many were not."""
    unread = Notification.objects.visible_to(user).unread()
    count = unread.update(read_at=timezone.now())
    if count:
        tell_unread(user)
    return count


def delete(row: Notification) -> None:
    """Take it off the list; the row stays a while, so that its key goes on to count."""
    Notification.objects.filter(pk=row.pk).update(in_app=False)
    tell_unread(row.recipient)


# --- How people want to hear ----------------------------------------------------------


def default_channels(group: str) -> Channels:
    return Channels(in_app=group not in EMAIL_ONLY_GROUPS, email=True)


def get_channels(user: User, group: str) -> Channels:
    said = Preference.objects.filter(user=user.pk, group=group).first()
    return Channels(said.in_app, said.email) if said else default_channels(group)


def preferences_of(user: User) -> dict[str, Channels]:
    """The channels of every group."""
    said = {row.group: row for row in Preference.objects.filter(user=user.pk)}
    return {
        group: Channels(said[group].in_app, said[group].email)
        if group in said
        else default_channels(group)
        for group in Group.values
    }


@transaction.atomic
def set_preference(user: User, group: str, **changes: bool) -> None:
    """Set `in_app`, `email` or both for one group."""
    defaults = vars(default_channels(group))
    Preference.objects.update_or_create(
        user=user, group=group, defaults=changes, create_defaults=defaults | changes
    )


# --- The clock ------------------------------------------------------------------------


def not_yet_notified(rows: QuerySet, kind: str, *, since: datetime) -> QuerySet:
    """Those of `rows` that nobody was told of in `kind` since then."""
    told = Notification.objects.told(kind, since=since)
    return rows.exclude(Exists(told.about(subject_word(rows.model), OuterRef("pk"))))


def notify_of_ending(
    rows: QuerySet,
    type: str,
    notify_one: Callable[[Model], int],
    *,
    at: datetime,
    dry_run: bool,
) -> int:
    """Call `notify_one` with each row that ends soon and was not notified of lately.

    Returns how many notifications were created, or would have been.
    """
    since = at - timedelta(days=settings.NOTICE_DAYS + 1)
    pending = not_yet_notified(rows, type, since=since)
    return pending.count() if dry_run else sum(map(notify_one, pending))


def stale(*, at: datetime) -> QuerySet:
    before = at - timedelta(days=settings.NOTIFICATION_DAYS)
    return Notification.objects.stale(before=before)
