"""Create notifications, mark them read, and store notification preferences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import (
    Exists,
    FilteredRelation,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils import timezone

from accounts.models import Block, User
from core.budget import within_budget
from core.db import shared_queries
from core.db.locks import locked
from jobs.services import enqueue
from notifications.models import EmailRecord, Notification, Preference
from notifications.publishing import publish_new, publish_unread_count, unread_counts
from notifications.types import EMAIL_ONLY_GROUPS, NOTIFICATION_TYPES, Group

SUBJECT_TYPES = {  # model name: what the API calls it
    "taskrequest": "task",
    "savedsearch": "saved_search",
}
# Decisions of staff, and what nobody else causes.
UNBLOCKED_GROUPS = frozenset({Group.MODERATION, Group.ACCOUNT})
BLOCKED_WITHOUT_WORDS = frozenset({Group.TASKS, Group.PAYMENTS})


REACH = ("chosen__in_app", "chosen__email", "is_blocked")
DAILY = "daily:"  # what keys begin with that are no caller's


@dataclass(frozen=True)
class Channels:
    """The channels by which a person receives the notifications of a group."""

    in_app: bool
    email: bool

    def within(self, other: "Channels") -> "Channels":
        """Return the channels that are in both."""
        return Channels(self.in_app and other.in_app, self.email and other.email)


def subject_type_of(model: type[Model] | Model) -> str:
    """Return what the API calls objects of this model, such as `task`."""
    name = cast(str, model._meta.model_name)  # None only without a model
    return SUBJECT_TYPES.get(name, name)


# No savepoint: what fails here fails the event too.
@transaction.atomic(savepoint=False)
def notify(
    recipient: User,
    kind: str,
    *,
    subject: Model | None = None,
    actor: User | None = None,
    dedup_key: str = "",
    about: Model | None = None,
    within: "Channels | None" = None,
    **params: object,
) -> Notification | None:
    """Notify `recipient` of an event, in the transaction of the event itself.

    Writes the row, queues the e-mail, and publishes an event for WebSockets, as far as
    the recipient has chosen these channels. `params` fill the texts of the type `kind`,
    and must fit in JSON.

    One `actor` causes a type once a day about one subject, unless the type `repeats`:
    a second event is shown as `_repeat` says. `about` is that subject where `subject`
    itself is made anew each time, as a review that is deleted and written again. Of the
    channels that the recipient has chosen, those of `within` are used, if it is given.

    Returns None if there is no new notification: if `actor` is the recipient, if the
    recipient is suspended or wants no channel, if `dedup_key` was used before, for a
    second event of the day that the notification of the first shows, or if there is a
    block between the two. Of a deal (`BLOCKED_WITHOUT_WORDS`) people are notified in
    spite of a block, without the words of the other. Raises `LookupError` for an
    unknown type.
    """
    if actor is not None and actor.pk == recipient.pk:
        return None
    reached = reach(recipient, NOTIFICATION_TYPES[kind].group, actor)
    if reached is None:
        return None
    channels, is_blocked = reached
    if within is not None:
        channels = channels.within(within)
    row = new_row(recipient, kind, channels, is_blocked, subject, actor, params)
    if row is None:
        return None
    row.dedup_key = dedup_key or daily_key(recipient, kind, actor, about or subject)
    return write(row, channels)


def new_row(
    recipient: User,
    kind: str,
    channels: Channels,
    is_blocked: bool,
    subject: Model | None,
    actor: User | None,
    params: dict[str, object],
) -> Notification | None:
    """Return an unsaved notification; None if the recipient is not to be notified."""
    if not (channels.in_app or channels.email):
        return None
    if is_blocked:
        if NOTIFICATION_TYPES[kind].group not in BLOCKED_WITHOUT_WORDS:
            return None
        if not cast(User, actor).is_staff:  # whose decision it is
            params = {name: value for name, value in params.items() if name != "reason"}
    return Notification(
        recipient=recipient,
        actor=actor,
        kind=kind,
        subject_type=subject_type_of(subject) if subject else "",
        subject_id=subject.pk if subject else None,
        params=params,
        in_app=channels.in_app,
    )


def write(row: Notification, channels: Channels) -> Notification | None:
    """Save and deliver a notification; return None if one with its key is enough."""
    if not _insert(row):
        return _repeat(row, channels) if row.dedup_key.startswith(DAILY) else None
    _deliver(row, channels)
    return row


def reach(user: User, group: str, actor: User | None) -> tuple[Channels, bool] | None:
    """Return the chosen channels, and whether a block between the two counts.

    In one query, as every event asks for each of its people. None if `user` is
    suspended.
    """

    def build(person: Any, actor: Any = None) -> QuerySet[User, Any]:
        return reachable(group, actor).filter(pk=person).values_list(*REACH)

    people: dict[str, Any] = {"person": user.pk}
    if actor is not None and group not in UNBLOCKED_GROUPS:
        people["actor"] = actor
    key = ("notifications.reach", group, "actor" in people)
    row = shared_queries.first(key, build, **people)
    if row is None:
        return None
    in_app, email, blocked = row
    return chosen_channels(group, in_app, email), blocked


def reachable(group: str, actor: Any) -> QuerySet[User, User]:
    """Return active people with `REACH`: their channels of a group, and a block."""
    blocked: Any = Value(False)
    if actor is not None:
        blocked = Exists(Block.objects.blocked_between(actor))
    chosen = FilteredRelation("preferences", condition=Q(preferences__group=group))
    active = User.objects.filter(is_active=True)
    return active.annotate(chosen=chosen, is_blocked=blocked).order_by()


def daily_key(
    recipient: User, kind: str, actor: User | None, about: Model | None
) -> str:
    """Return the key of the one notification of today; empty if there may be more.

    A key, and no query for an earlier row: of two events at once, each would find none.
    """
    if actor is None or about is None or NOTIFICATION_TYPES[kind].repeats:
        return ""
    day = timezone.localdate()
    subject = f"{subject_type_of(about)}:{about.pk}"
    return f"{DAILY}{day}:{kind}:{recipient.pk}:{actor.pk}:{subject}"


def _repeat(row: Notification, channels: Channels) -> Notification | None:
    """Notify of a second event of the day, so that what is read last is true.

    While the notification of the first is unread and the last one about its subject,
    it shows the second event and moves to the top. Otherwise there is a new one, which
    is returned. That one is sent by e-mail only if the recipient was notified of
    something else about the subject in between.
    """
    # Locked: two events at once would both replace it, or one would update what the
    # other has replaced.
    earlier = locked(Notification.objects).filter(dedup_key=row.dedup_key).first()
    if earlier is None:
        return None  # another event of this moment has replaced it
    is_last = not Notification.objects.since_about(earlier).exists()
    if is_last and not earlier.is_read and earlier.in_app == row.in_app:
        _show_again(earlier, row)
        return None
    # The key goes over to the new one, which a third event will find.
    Notification.objects.filter(pk=earlier.pk).update(dedup_key="")
    row.save()
    if is_last:  # the digest shows what is true now
        held = EmailRecord.objects.filter(notification=earlier, is_held=True)
        held.update(notification=row)
    _deliver(row, Channels(channels.in_app, email=channels.email and not is_last))
    return row


def _show_again(earlier: Notification, row: Notification) -> None:
    """Let an unread notification show the latest event, which `row` describes."""
    row.pk = earlier.pk
    row.save(update_fields=["params", "subject_id", "created_at"])
    if row.in_app:
        publish_new(row)


def _deliver(row: Notification, channels: Channels) -> None:
    """Queue the e-mail, and publish the event after the commit."""
    if channels.email:
        enqueue("notifications.deliver", notification_id=row.pk)
    if channels.in_app:
        publish_new(row)


def _insert(row: Notification) -> bool:
    """Save `row`; return False if its key is taken."""
    if not row.dedup_key:
        row.save()
        return True
    return shared_queries.insert(row, ignore_conflicts=True)


def send_welcome(sender: type[User], *, user: User, **kwargs: object) -> None:
    """Welcome a new person. Receives `user_registered`."""
    notify(user, "welcome", subject=user, name=user.display_name)


# --- What the recipient does ----------------------------------------------------------


def count_unread(user: User) -> int:
    """Return how many notifications of their list `user` has not read."""
    return unread_counts({user.pk: user})[user.pk]


def mark_read(row: Notification) -> None:
    """Mark as read; the time of the first reading stays."""
    if Notification.objects.filter(pk=row.pk).unread().update(read_at=timezone.now()):
        publish_unread_count(row.recipient)


def mark_all_read(user: User) -> int:
    """Mark all notifications of `user` as read; return how many were unread."""
    unread = Notification.objects.visible_to(user).unread()
    count = unread.update(read_at=timezone.now())
    if count:
        publish_unread_count(user)
    return count


def delete(row: Notification) -> None:
    """Remove it from the list.

    The row stays until it expires: its `dedup_key` keeps the notification from coming
    again.
    """
    Notification.objects.filter(pk=row.pk).update(in_app=False)
    publish_unread_count(row.recipient)


# --- Preferences ----------------------------------------------------------------------


def default_channels(group: str) -> Channels:
    """Return the channels of a group for a person without a preference."""
    return Channels(in_app=group not in EMAIL_ONLY_GROUPS, email=True)


def chosen_channels(group: str, in_app: bool | None, email: bool | None) -> Channels:
    """Return the channels of a preference; the defaults where the columns are null."""
    if in_app is None:
        return default_channels(group)
    return Channels(in_app, bool(email))


def get_channels(user: User, group: str) -> Channels:
    """Return the channels that `user` has chosen for a group, or the defaults."""
    row = Preference.objects.filter(user=user.pk, group=group).first()
    return Channels(row.in_app, row.email) if row else default_channels(group)


def get_preferences(user: User) -> dict[str, Channels]:
    """Return the channels of every group, by its name."""
    chosen = {row.group: row for row in Preference.objects.filter(user=user.pk)}
    return {
        group: Channels(chosen[group].in_app, chosen[group].email)
        if group in chosen
        else default_channels(group)
        for group in Group.values
    }


@transaction.atomic
def set_preference(user: User, group: str, **changes: bool) -> None:
    """Set `in_app`, `email` or both for one group; the other one stays."""
    defaults = vars(default_channels(group))
    Preference.objects.update_or_create(
        user=user, group=group, defaults=changes, create_defaults=defaults | changes
    )


# --- Periodic jobs --------------------------------------------------------------------


def not_yet_notified(
    rows: QuerySet[Any], kind: str, *, since: datetime
) -> QuerySet[Any]:
    """Return those of `rows` without a notification of type `kind` since then."""
    notified = Notification.objects.created_since(kind, since=since)
    return rows.exclude(
        Exists(notified.about(subject_type_of(rows.model), OuterRef("pk")))
    )


def notify_of_ending(
    rows: QuerySet[Any],
    type: str,
    notify_one: Callable[..., int],
    *,
    at: datetime,
    dry_run: bool,
) -> int:
    """Call `notify_one` with each row that ends soon and was not notified of lately.

    Returns how many notifications were created, or would have been.
    """
    since = at - timedelta(days=settings.NOTICE_DAYS + 1)
    pending = not_yet_notified(rows, type, since=since)
    if dry_run:
        return pending.count()
    by_id = {row.pk: row for row in pending}
    return sum(notify_one(by_id[pk]) for pk in within_budget(by_id))


def expired(*, at: datetime) -> QuerySet[Any]:
    """Return the notifications to delete: read or hidden for `NOTIFICATION_DAYS`."""
    before = at - timedelta(days=settings.NOTIFICATION_DAYS)
    return Notification.objects.expired(before=before)
