"""Who helps and who asked write to each other: one conversation for each pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import OuterRef, Subquery

from messaging.models import Conversation, Message
from seed import sentences
from seed.market import Market
from seed.tables import fresh
from seed.words.messages import TALKS
from tasks.models import TaskRequest

UNREAD_SHARE = 0.4


@dataclass
class Talks:
    """Rows of two tables that go in one after the other."""

    conversations: list[Conversation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def talks(market: Market) -> Talks:
    """About the first taken tasks. A pair that meets again writes on."""
    chance, made = market.chance("talks"), Talks()
    by_pair: dict[tuple[int, int], Conversation] = {}
    for pk, creator, worker, since in _taken_tasks(market):
        pair = (min(creator, worker), max(creator, worker))
        if pair not in by_pair and len(by_pair) == market.plan.size.conversations:
            break
        if pair not in by_pair:
            number = market.first_ids[Conversation] + len(by_pair)
            by_pair[pair] = _opened(number, pair, worker, since)
        talk = by_pair[pair]
        talk.task_id = pk
        for message in _exchange(talk, worker, creator, since, market, chance):
            message.pk = market.first_ids[Message] + len(made.messages)
            made.messages.append(message)
    made.conversations += by_pair.values()
    for talk in made.conversations:
        _read(talk, chance)
    return made


def _taken_tasks(market: Market) -> Iterator[tuple[int, int, int, datetime]]:
    taken = TaskRequest.objects.filter(pk__gte=market.task_id(0))
    taken = taken.exclude(assigned_to=None).order_by("pk")
    columns = ("pk", "creator_id", "assigned_to_id", "created_at")
    return taken.values_list(*columns).iterator()


def _opened(pk: int, pair: tuple[int, int], starter: int, at: datetime) -> Conversation:
    return fresh(
        Conversation,
        id=pk,
        participant_1_id=pair[0],
        participant_2_id=pair[1],
        started_by_id=starter,
        created_at=at,
        updated_at=at,
    )


def _exchange(
    talk: Conversation,
    worker: int,
    creator: int,
    since: datetime,
    market: Market,
    chance: Random,
) -> Iterator[Message]:
    lines, tongue = chance.choice(TALKS), sentences.language(chance)
    at = max(since, talk.updated_at)
    step = (market.calendar.today - at).total_seconds() * 0.5 / len(lines)
    for number, line in enumerate(lines):
        at += timedelta(seconds=int(step * chance.random()))
        talk.last_seq += 1
        talk.updated_at = at
        yield fresh(
            Message,
            conversation_id=talk.pk,
            seq=talk.last_seq,
            sender_id=creator if number % 2 else worker,
            content=line[tongue],
            task_id=talk.task_id,
            created_at=at,
        )


def _read(talk: Conversation, chance: Random) -> None:
    """Both have read all, but sometimes for the last one or two."""
    talk.read_seq_1 = talk.read_seq_2 = talk.last_seq
    if chance.random() < UNREAD_SHARE:
        side = chance.choice(("read_seq_1", "read_seq_2"))
        setattr(talk, side, talk.last_seq - chance.randint(1, 2))


def point_at_last_messages(market: Market) -> None:
    """Once both tables are in: each refers to the other."""
    last = Message.objects.filter(conversation=OuterRef("pk"), seq=OuterRef("last_seq"))
    rows = Conversation.objects.filter(pk__gte=market.first_ids[Conversation])
    rows.update(last_message=Subquery(last.values("pk")[:1]))
