"""Notify many people, by as many queries as for one person."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from accounts.models import User
from jobs.services import enqueue_each
from notifications.models import Notification, Preference
from notifications.publishing import publish_created, publish_new
from notifications.services import (
    REACH,
    UNBLOCKED_GROUPS,
    Channels,
    chosen_channels,
    daily_key,
    default_channels,
    new_row,
    reach,
    reachable,
    subject_type_of,
    write,
)
from notifications.types import NOTIFICATION_TYPES

NO_CHANNEL = Channels(in_app=False, email=False)
EVERY_CHANNEL = Channels(in_app=True, email=True)


# No savepoint: what fails here fails the event too.
@transaction.atomic(savepoint=False)
def notify_each(
    people: Sequence[tuple[User, dict[str, Any]]],
    kind: str,
    *,
    subject: Model,
    dedup_key: str,
    within: Channels,
) -> int:
    """Notify active people, each with the given params, as `services.notify` does.

    `people` are different people. With their ids, `dedup_key` makes the keys by which
    nobody is notified twice. The caller holds a lock that keeps others from using the
    key: otherwise this raises `IntegrityError`. Returns how many were notified.
    """
    channels = _channels([person.pk for person, _params in people], kind, within)
    rows = [
        Notification(
            recipient=person,
            kind=kind,
            subject_type=subject_type_of(subject),
            subject_id=subject.pk,
            params=params,
            dedup_key=f"{dedup_key}:{person.pk}",
            in_app=channels[person.pk].in_app,
        )
        for person, params in people
        if channels[person.pk] != NO_CHANNEL
    ]
    keys = [row.dedup_key for row in rows]
    sent = Notification.objects.filter(dedup_key__in=keys).order_by()
    before = set(sent.values_list("dedup_key", flat=True))
    rows = [row for row in rows if row.dedup_key not in before]
    _insert([(row, channels[row.recipient_id]) for row in rows])
    for row in rows:
        if row.in_app:
            publish_created(row)
    return len(rows)


# No savepoint, as above.
@transaction.atomic(savepoint=False)
def notify_of_each(
    events: Sequence[tuple[User, Model, dict[str, Any]]], kind: str
) -> int:
    """Notify people of different events that nobody else causes: recipient, subject
    and params of each, as `services.notify` does.

    A person may be the recipient of several. Returns how many notifications there are.
    """
    people = {person.pk for person, _subject, _params in events if person.is_active}
    channels = _channels(sorted(people), kind, EVERY_CHANNEL)
    rows = [
        Notification(
            recipient=person,
            kind=kind,
            subject_type=subject_type_of(subject),
            subject_id=subject.pk,
            params=params,
            in_app=channels[person.pk].in_app,
        )
        for person, subject, params in events
        if channels.get(person.pk, NO_CHANNEL) != NO_CHANNEL
    ]
    _insert([(row, channels[row.recipient_id]) for row in rows])
    _publish(rows)
    return len(rows)


# No savepoint, as above.
@transaction.atomic(savepoint=False)
def notify_all(
    events: Iterable[tuple[User, str, dict[str, object]]],
    *,
    subject: Model,
    actor: User | None,
) -> None:
    """Notify the recipient of each event, of a type and with its params, as
    `services.notify` does.

    By as many statements as for one, unless somebody was notified of the same today.
    """
    by_group: dict[str, list[tuple[User, str, dict[str, object]]]] = {}
    for event in events:
        recipient, kind, _params = event
        if actor is None or recipient.pk != actor.pk:
            by_group.setdefault(NOTIFICATION_TYPES[kind].group, []).append(event)
    rows: list[tuple[Notification, Channels]] = []
    for group, of_group in by_group.items():
        reached = _reach_each([recipient for recipient, *_ in of_group], group, actor)
        for recipient, kind, params in of_group:
            if recipient.pk not in reached:
                continue
            channels, is_blocked = reached[recipient.pk]
            row = new_row(recipient, kind, channels, is_blocked, subject, actor, params)
            if row is not None:
                row.dedup_key = daily_key(recipient, kind, actor, subject)
                rows.append((row, channels))
    # One alone, or none, needs no statement for several.
    if len(rows) > 1 and _insert_unless_taken(rows):
        _publish(row for row, _channels in rows)
        return
    for row, channels in rows:
        write(row, channels)


def _insert(rows: Sequence[tuple[Notification, Channels]]) -> None:
    """Write the notifications, and queue the e-mails of those who want them."""
    Notification.objects.bulk_create([row for row, _channels in rows])
    wanted = [row.pk for row, channels in rows if channels.email]
    enqueue_each("notifications.deliver", [{"notification_id": pk} for pk in wanted])


def _insert_unless_taken(rows: Sequence[tuple[Notification, Channels]]) -> bool:
    """Do as `_insert`; return False, and write nothing, if a key is taken."""
    try:
        # A savepoint: without it, PostgreSQL would refuse every later query of the
        # caller's transaction.
        with transaction.atomic():
            _insert(rows)
    except IntegrityError:
        for row, _channels in rows:
            row.pk, row._state.adding = None, True
        return False
    return True


def _publish(rows: Iterable[Notification]) -> None:
    for row in rows:
        if row.in_app:
            publish_new(row)


def _reach_each(
    people: Sequence[User], group: str, actor: User | None
) -> dict[int, tuple[Channels, bool]]:
    """Return what `reach` does by the ids of `people`, without those suspended."""
    if len(people) == 1:  # of most events: its query is prepared
        reached = reach(people[0], group, actor)
        return {} if reached is None else {people[0].pk: reached}
    rows = reachable(group, actor if group not in UNBLOCKED_GROUPS else None)
    found = rows.filter(pk__in=[person.pk for person in people])
    return {
        pk: (chosen_channels(group, in_app, email), blocked)
        for in_app, email, blocked, pk in found.values_list(*REACH, "pk")
    }


def _channels(ids: list[int], kind: str, within: Channels) -> dict[int, Channels]:
    """Return the channels of each person that are chosen and within the given ones."""
    group = NOTIFICATION_TYPES[kind].group
    chosen = dict.fromkeys(ids, default_channels(group))
    for row in Preference.objects.filter(user__in=ids, group=group):
        chosen[row.user_id] = Channels(row.in_app, row.email)
    return {pk: channels.within(within) for pk, channels in chosen.items()}
