"""Tell sockets of notifications: after the commit, once for a whole transaction."""

from collections.abc import Hashable, Mapping

from django.db import connection, transaction

from accounts.models import User
from core import events
from core.api.renderers import to_json_types
from core.db import shared_queries
from notifications import withholding
from notifications.models import Notification
from notifications.serializers import NotificationSerializer

CREATED, UNREAD = "notification.created", "unread"


class _Batch:
    """The new notifications of a transaction, and whose unread ones are counted."""

    def __init__(self, savepoints: set[Hashable]) -> None:
        self.savepoints = savepoints
        self.rows: list[Notification] = []
        self.people: dict[int, User] = {}

    def __call__(self) -> None:
        """Publish them: one query for what is withheld, and one for all the counts."""
        withholding.mark(self.rows)
        for row in self.rows:
            context = {"language": row.recipient.language}
            data = NotificationSerializer(row, context=context).data
            # Through JSON, as times and lazy texts are no payload of a channel layer.
            events.publish((row.recipient_id,), CREATED, to_json_types(data))
        for pk, count in sorted(unread_counts(self.people).items()):
            events.publish((pk,), UNREAD, {"notifications": count})


def unread_counts(people: Mapping[int, User]) -> dict[int, int]:
    """Return the number of unread notifications of each of `people`, by their ids."""
    if len(people) != 1:
        counts = Notification.objects.unread_by_person(people)
        return {pk: counts.get(pk, 0) for pk in people}
    unread = Notification.objects.unread_of
    return {
        pk: shared_queries.count("notifications.unread", unread, user=user)
        for pk, user in people.items()
    }


def _batch() -> _Batch:
    """Return the batch of the present savepoints; it is sent after the commit."""
    # Not that of another savepoint: what is rolled back would be told all the same.
    savepoints: set[Hashable] = set(connection.savepoint_ids)
    for _sids, waiting, *_ in connection.run_on_commit:
        if isinstance(waiting, _Batch) and waiting.savepoints == savepoints:
            return waiting
    batch = _Batch(savepoints)
    # `robust`: what fails here must not fail a request that is committed.
    transaction.on_commit(batch, robust=True)
    return batch


# Outside of a transaction `on_commit` would send a batch before anything is in it.
@transaction.atomic(savepoint=False)
def publish_created(row: Notification) -> None:
    """Publish a new notification after the commit. Sockets then count the unread."""
    if events.has_receivers():
        _batch().rows.append(row)


def publish_new(row: Notification) -> None:
    """Publish a new notification and the number of unread ones after the commit."""
    publish_created(row)
    publish_unread_count(row.recipient)


@transaction.atomic(savepoint=False)
def publish_unread_count(user: User) -> None:
    """Send the number of unread notifications to all devices of `user`.

    It is counted after the commit, once for all notifications of a transaction.
    """
    if events.has_receivers():
        _batch().people[user.pk] = user
