"""What sockets read of the database: rows as REST shows them, as JSON's own types."""

from collections.abc import Collection
from datetime import timedelta

import orjson
from django.db.models import Max, Q
from django.utils import timezone

from accounts import presence
from accounts.models import Block, User
from core.api.renderers import OrjsonRenderer
from messaging.models import Conversation, Message
from messaging.serializers import MessageSerializer
from notifications.models import Notification
from notifications.serializers import NotificationSerializer
from tasks.models import TaskEvent

MOST_NEW = 5000  # rows of one look
SEEN_EVERY = timedelta(seconds=60)


# --- Conversations --------------------------------------------------------------------


def last_seqs(user_id: int, most: int) -> dict[int, int]:
    """The numbers of the last messages of one's conversations, the latest first."""
    own = Conversation.objects.visible_to(User(pk=user_id)).latest_first()
    return dict(own.values_list("pk", "last_seq")[:most])


def seqs_of(user_id: int, ids: Collection[int]) -> dict[int, int]:
    """The same of those among `ids` that are one's own."""
    own = Conversation.objects.visible_to(User(pk=user_id)).filter(pk__in=ids)
    return dict(own.values_list("pk", "last_seq"))


def messages_after(user_id: int, talk: int, seq: int, most: int) -> list[dict]:
    """The next messages of a conversation, if it is one's own, in order."""
    rows = Message.objects.visible_to(User(pk=user_id)).filter(conversation=talk)
    rows = rows.filter(seq__gt=seq).for_display().select_related("conversation")
    return [_plain(MessageSerializer(row)) for row in rows.order_by("seq")[:most]]


def other_of(user_id: int, talk: int) -> int | None:
    """Whom one talks to there."""
    own = Conversation.objects.visible_to(User(pk=user_id)).filter(pk=talk)
    pair = own.values_list("participant_1", "participant_2").first()
    if pair is None:
        return None
    return pair[1] if pair[0] == user_id else pair[0]


def are_apart(one: int, other: int) -> bool:
    """Whether one of the two blocks the other."""
    return Block.objects.between(one, other).exists()


def _plain(serializer) -> dict:
    return orjson.loads(OrjsonRenderer().render(serializer.data))


# --- What is new ----------------------------------------------------------------------


def newest_ids() -> tuple[int, int, int]:
    """The highest ids of messages, notifications and steps of tasks."""
    models = (Message, Notification, TaskEvent)
    return tuple(m.objects.aggregate(last=Max("pk"))["last"] or 0 for m in models)


def new_messages(floor: int) -> list[tuple]:
    """`(id, conversation, seq, participant, participant)` past an id."""
    pair = ("conversation__participant_1", "conversation__participant_2")
    rows = Message.objects.filter(pk__gt=floor).order_by("pk")
    return list(rows.values_list("pk", "conversation_id", "seq", *pair)[:MOST_NEW])


def new_notifications(floor: int) -> list[tuple]:
    """`(id, recipient)` past an id."""
    rows = Notification.objects.filter(pk__gt=floor, in_app=True).order_by("pk")
    return list(rows.values_list("pk", "recipient_id")[:MOST_NEW])


def new_steps(floor: int) -> list[tuple]:
    """`(id, task, status, creator, worker)` past an id."""
    names = ("pk", "task_id", "new", "task__creator_id", "task__assigned_to_id")
    rows = TaskEvent.objects.filter(pk__gt=floor).order_by("pk")
    return list(rows.values_list(*names)[:MOST_NEW])


def notifications(ids: Collection[int]) -> list[tuple[int, dict]]:
    """Whom each is for, and what it says in their language."""
    rows = Notification.objects.filter(pk__in=ids, in_app=True)
    rows = rows.select_related("recipient").order_by("pk")
    return [
        (
            row.recipient_id,
            _plain(
                NotificationSerializer(
                    row, context={"language": row.recipient.language}
                )
            ),
        )
        for row in rows
    ]


def unread(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many messages and notifications wait for each of these people."""
    talk = Conversation.objects.unread_by_person(ids)
    told = Notification.objects.unread_by_person(ids)
    return {
        pk: {"messages": talk.get(pk, 0), "notifications": told.get(pk, 0)}
        for pk in ids
    }


# --- Presence -------------------------------------------------------------------------


def mark_seen(ids: Collection[int]) -> None:
    """Write that these people are here; of each once a minute, however many ask."""
    now = timezone.now()
    long_ago = Q(last_seen=None) | Q(last_seen__lte=now - SEEN_EVERY)
    User.objects.filter(long_ago, pk__in=ids).update(last_seen=now)


def presence_of(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], dict]:
    """What `(viewer, person)` shows, by pair."""
    ids = {pk for pair in pairs for pk in pair}
    people = User.objects.visible_to(None).in_bulk(ids)
    blocks = Block.objects.filter(blocker__in=ids, blocked__in=ids)
    apart = set(blocks.values_list("blocker", "blocked"))
    return {
        (viewer, pk): presence.get_presence(
            people.get(pk),
            hidden=(viewer, pk) in apart or (pk, viewer) in apart,
        )
        for viewer, pk in pairs
    }
