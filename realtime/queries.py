"""Queries of the sockets. Rows are returned as REST shows them, in JSON's own types."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts import presence
from accounts.models import Block, User
from core.api.renderers import to_json_types
from messaging.models import Conversation, Message
from messaging.serializers import MessageSerializer
from notifications import withholding
from notifications.models import Notification
from notifications.serializers import NotificationSerializer
from realtime import new_rows
from realtime.new_rows import Cursor, Page
from tasks.models import TaskEvent

LAST_SEEN_INTERVAL = timedelta(seconds=60)


# --- Conversations --------------------------------------------------------------------


def last_seqs(user_id: int, limit: int) -> dict[int, int]:
    """Return the last message number of the user's latest conversations, by id.

    The latest conversation comes first.
    """
    own = Conversation.objects.visible_to(User(pk=user_id)).latest_first()
    return dict(own.values_list("pk", "last_seq")[:limit])


def last_seqs_of(user_id: int, ids: Collection[int]) -> dict[int, int]:
    """Return the same for those of `ids` that the user takes part in."""
    own = Conversation.objects.visible_to(User(pk=user_id)).filter(pk__in=ids)
    return dict(own.values_list("pk", "last_seq"))


def messages_after(
    user_id: int, conversation_id: int, seq: int, limit: int
) -> list[dict]:
    """Return up to `limit` messages with a number above `seq`, in order.

    Empty unless the user takes part in the conversation.
    """
    rows = Message.objects.visible_to(User(pk=user_id)).filter(
        conversation=conversation_id, seq__gt=seq
    )
    rows = rows.for_display().select_related("conversation").order_by("seq")
    return [to_json_types(MessageSerializer(row).data) for row in rows[:limit]]


def other_participant_id(user_id: int, conversation_id: int) -> int | None:
    """Return the id of the other participant, or None for a conversation of others."""
    own = Conversation.objects.visible_to(User(pk=user_id)).filter(pk=conversation_id)
    pair = own.values_list("participant_1", "participant_2").first()
    if pair is None:
        return None
    return pair[1] if pair[0] == user_id else pair[0]


def is_blocked_between(user_id: int, other_id: int) -> bool:
    """Return whether one of the two users blocks the other."""
    return Block.objects.between(user_id, other_id).exists()


# --- New rows -------------------------------------------------------------------------


def cursors_at_end() -> tuple[Cursor, Cursor, Cursor]:
    """Return cursors at the end of messages, notifications and task events."""
    return (
        new_rows.end_of(Message),
        new_rows.end_of(Notification),
        new_rows.end_of(TaskEvent),
    )


def new_messages(cursor: Cursor) -> Page:
    """Return `(id, conversation, seq, participant 1, participant 2)` of messages."""
    pair = ("conversation__participant_1", "conversation__participant_2")
    names = ("pk", "conversation_id", "seq", *pair)
    return new_rows.read(Message.objects.values_list(*names), cursor)


def new_notifications(cursor: Cursor) -> Page:
    """Return `(id, recipient, created_at, in_app)` of new notifications."""
    # Also those that are e-mails only: their ids would otherwise be gaps.
    names = ("pk", "recipient_id", "created_at", "in_app")
    return new_rows.read(Notification.objects.values_list(*names), cursor)


def new_task_events(cursor: Cursor) -> Page:
    """Return `(id, task, status, creator, worker)` of new task events."""
    names = ("pk", "task_id", "new", "task__creator_id", "task__assigned_to_id")
    return new_rows.read(TaskEvent.objects.values_list(*names), cursor)


def notifications(ids: Collection[int]) -> list[tuple[int, dict]]:
    """Return `(recipient, notification)`, each in its recipient's language."""
    rows = Notification.objects.filter(pk__in=ids, in_app=True)
    found = list(rows.for_email().order_by("pk"))
    withholding.mark(found)
    return [(row.recipient_id, _notification(row)) for row in found]


def _notification(row: Notification) -> dict:
    context = {"language": row.recipient.language}
    return to_json_types(NotificationSerializer(row, context=context).data)


def unread_counts(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the unread `messages` and `notifications` of each user, by user id."""
    messages = Conversation.objects.unread_by_person(ids)
    notifications = Notification.objects.unread_by_person(ids)
    return {
        pk: {"messages": messages.get(pk, 0), "notifications": notifications.get(pk, 0)}
        for pk in ids
    }


# --- Presence -------------------------------------------------------------------------


def update_last_seen(ids: Collection[int]) -> None:
    """Set `last_seen` of the users to now, unless it is less than a minute old."""
    now = timezone.now()
    # The condition stands in the UPDATE: a user with connections to four processes
    # would otherwise be written four times a minute.
    is_old = Q(last_seen=None) | Q(last_seen__lte=now - LAST_SEEN_INTERVAL)
    User.objects.filter(is_old, pk__in=ids).update(last_seen=now)


def presence_of(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], dict]:
    """Return `is_online` and `last_seen` as the viewer sees them.

    The keys are the `(viewer, user)` pairs. Two queries for all pairs.
    """
    ids = {pk for pair in pairs for pk in pair}
    users = User.objects.visible_to(None).in_bulk(ids)
    blocks = Block.objects.filter(blocker__in=ids, blocked__in=ids)
    blocked = set(blocks.values_list("blocker", "blocked"))
    return {
        (viewer, pk): presence.get_presence(
            users.get(pk), hidden=(viewer, pk) in blocked or (pk, viewer) in blocked
        )
        for viewer, pk in pairs
    }
