"""Conversations about taken tasks: one for each pair of creator and worker."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import OuterRef, Subquery

from messaging.models import Conversation, Message
from seed import sentences
from seed.calendar import awake
from seed.market import Market
from seed.tables import new_row
from seed.words.messages import DIALOGUES
from tasks.models import TaskRequest

UNREAD_SHARE = 0.4


@dataclass
class ConversationRows:
    """The rows of two tables; conversations are inserted first."""

    conversations: list[Conversation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def conversations_of(market: Market) -> ConversationRows:
    """Return conversations about the first taken tasks, with their messages.

    A pair with several tasks has one conversation with more messages.
    """
    rng, rows = market.rng("talks"), ConversationRows()
    by_pair: dict[tuple[int, int], Conversation] = {}
    for pk, creator, worker, since in _taken_tasks(market):
        pair = (min(creator, worker), max(creator, worker))
        if pair not in by_pair and len(by_pair) == market.plan.size.conversations:
            break
        if pair not in by_pair:
            number = market.first_ids[Conversation] + len(by_pair)
            by_pair[pair] = _opened(number, pair, worker, since)
        conversation = by_pair[pair]
        conversation.task_id = pk
        for message in _exchange(conversation, worker, creator, since, market, rng):
            message.pk = market.first_ids[Message] + len(rows.messages)
            rows.messages.append(message)
    rows.conversations += by_pair.values()
    for conversation in rows.conversations:
        _read(conversation, rng)
    return rows


def _taken_tasks(market: Market) -> Iterator[tuple[int, int, int, datetime]]:
    taken = TaskRequest.objects.filter(pk__gte=market.task_id(0))
    taken = taken.exclude(assigned_to=None).order_by("pk")
    columns = ("pk", "creator_id", "assigned_to_id", "created_at")
    return taken.values_list(*columns).iterator()


def _opened(pk: int, pair: tuple[int, int], starter: int, at: datetime) -> Conversation:
    return new_row(
        Conversation,
        id=pk,
        participant_1_id=pair[0],
        participant_2_id=pair[1],
        started_by_id=starter,
        created_at=at,
        updated_at=at,
    )


def _exchange(
    conversation: Conversation,
    worker: int,
    creator: int,
    since: datetime,
    market: Market,
    rng: Random,
) -> Iterator[Message]:
    lines, language = rng.choice(DIALOGUES), sentences.pick_language(rng)
    at = max(since, conversation.updated_at)
    shown = at
    interval = (market.calendar.today - at).total_seconds() * 0.5 / len(lines)
    for number, line in enumerate(lines):
        at += timedelta(seconds=int(interval * rng.random()))
        # `awake` keeps the order of times; what came before may be later than it.
        shown = max(shown, awake(at))
        conversation.last_seq += 1
        conversation.updated_at = shown
        yield new_row(
            Message,
            conversation_id=conversation.pk,
            seq=conversation.last_seq,
            sender_id=creator if number % 2 else worker,
            content=line[language],
            task_id=conversation.task_id,
            created_at=shown,
        )


def _read(conversation: Conversation, rng: Random) -> None:
    """Mark all messages as read; in some conversations one side lacks the last ones."""
    conversation.read_seq_1 = conversation.read_seq_2 = conversation.last_seq
    if rng.random() < UNREAD_SHARE:
        side = rng.choice(("read_seq_1", "read_seq_2"))
        setattr(conversation, side, conversation.last_seq - rng.randint(1, 2))


def point_at_last_messages(market: Market) -> None:
    """Set `last_message`, once both tables are filled: each refers to the other."""
    last = Message.objects.filter(conversation=OuterRef("pk"), seq=OuterRef("last_seq"))
    rows = Conversation.objects.filter(pk__gte=market.first_ids[Conversation])
    rows.update(last_message=Subquery(last.values("pk")[:1]))
