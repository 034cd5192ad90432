"""Notify many people, by as many queries as for one person."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from jobs.services import enqueue_each
from notifications.models import Notification, Preference
from notifications.publishing import publish_created, publish_new
from notifications.services import (
    Channels,
    default_channels,
    subject_type_of,
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
    _insert(rows, channels)
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
    _insert(rows, channels)
    for row in rows:
        if row.in_app:
            publish_new(row)
    return len(rows)


def _insert(rows: list[Notification], channels: dict[int, Channels]) -> None:
    """Write the notifications, and queue the e-mails of those who want them."""
    Notification.objects.bulk_create(rows)
    enqueue_each(
        "notifications.deliver",
        [
            {"notification_id": row.pk}
            for row in rows
            if channels[row.recipient_id].email
        ],
    )


def _channels(ids: list[int], kind: str, within: Channels) -> dict[int, Channels]:
    """Return the channels of each person that are chosen and within the given ones."""
    group = NOTIFICATION_TYPES[kind].group
    chosen = dict.fromkeys(ids, default_channels(group))
    for row in Preference.objects.filter(user__in=ids, group=group):
        chosen[row.user_id] = Channels(row.in_app, row.email)
    return {pk: channels.within(within) for pk, channels in chosen.items()}
