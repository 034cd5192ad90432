"""Polls read each row once, in whichever order transactions are committed."""

import asyncio
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest
from django.db import DatabaseError, connection, transaction

from core.db.locks import writers_of
from messaging.models import Message
from messaging.tests.factories import ConversationFactory, write
from notifications.services import notify
from realtime import db, hub, message_stream, new_rows, polling, queries
from realtime.new_rows import Cursor, Gap
from realtime.tests.client import in_thread

pytestmark = pytest.mark.django_db(transaction=True)
needs_transactions_at_once = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite writes one after another"
)
TIMEOUT_S = 20


class Rollback(Exception):
    pass


@contextmanager
def uncommitted(conversation, *contents, rolls_back=False):
    """Hold messages in a transaction of another connection until the block ends."""
    written, may_end = Event(), Event()

    def run():
        try:
            with transaction.atomic():
                write(conversation, conversation.participant_1, *contents)
                written.set()
                assert may_end.wait(TIMEOUT_S)
                if rolls_back:
                    raise Rollback
        except Rollback:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(run)
        try:
            assert written.wait(TIMEOUT_S)
            yield
        finally:
            may_end.set()
        done.result(TIMEOUT_S)


class Reader:
    """`contents()` returns those of the next page."""

    def __init__(self):
        self.cursor = new_rows.end_of(Message)

    def contents(self) -> list[str]:
        rows = Message.objects.values_list("pk", "content")
        page = new_rows.read(rows, self.cursor)
        self.cursor = page.cursor
        return [content for _pk, content in page.rows]


@pytest.fixture
def other():
    return ConversationFactory()


def test_a_row_is_read_once(alice, conversation):
    write(conversation, alice, "old")
    reader = Reader()
    write(conversation, alice, "1", "2")
    assert reader.contents() == ["1", "2"]
    write(conversation, alice, "3")
    assert [reader.contents(), reader.contents()] == [["3"], []]


@needs_transactions_at_once
def test_a_row_that_is_committed_late_is_read_once(alice, conversation, other):
    reader = Reader()
    with uncommitted(other, "late 1", "late 2"):
        write(conversation, alice, "1")
        assert reader.contents() == ["1"]
        for _poll in range(50):  # however long it takes
            assert reader.contents() == []
        write(conversation, alice, "2")
        assert reader.contents() == ["2"]
    write(conversation, alice, "3")
    assert reader.contents() == ["late 1", "late 2", "3"]
    assert (reader.contents(), reader.cursor.gaps) == ([], ())


@needs_transactions_at_once
def test_a_row_of_a_transaction_that_was_open_at_the_start_is_read(
    alice, conversation, other
):
    with uncommitted(other, "late"):
        write(conversation, alice, "1")
        reader = Reader()
        assert reader.contents() == []
    assert reader.contents() == ["late"]


@needs_transactions_at_once
def test_a_row_that_is_committed_between_two_queries_is_read(
    alice, conversation, other, monkeypatch
):
    reader, held = Reader(), ExitStack()
    held.enter_context(uncommitted(other, "late"))
    write(conversation, alice, "1")

    def commit_first(model):
        held.close()
        return writers_of(model)

    monkeypatch.setattr(new_rows, "writers_of", commit_first)
    assert reader.contents() == ["late", "1"]


@needs_transactions_at_once
def test_ids_that_were_rolled_back_are_forgotten(alice, conversation, other):
    reader = Reader()
    with uncommitted(other, "never", rolls_back=True):
        write(conversation, alice, "1")
        assert reader.contents() == ["1"]
        assert len(reader.cursor.gaps) == 1
    assert (reader.contents(), reader.cursor.gaps) == ([], ())


@needs_transactions_at_once
def test_many_late_rows_are_read_in_pages(alice, conversation, other, monkeypatch):
    monkeypatch.setattr(new_rows, "MAX_NEW_ROWS", 2)
    reader = Reader()
    with uncommitted(other, *"abcde"):
        write(conversation, alice, "1")
        assert reader.contents() == ["1"]
    pages = [reader.contents() for _poll in range(4)]
    assert pages == [["a", "b"], ["c", "d"], ["e"], []]


@needs_transactions_at_once
def test_no_row_is_lost_or_doubled_while_many_write():
    """Savepoints, rollbacks and transactions that stay open for a while."""
    conversations = [ConversationFactory() for _ in range(6)]

    def write_some(own):
        rng = random.Random(own.pk)
        try:
            for number in range(40):
                with transaction.atomic():
                    write(own, own.participant_1, f"{own.pk}-{number}")
                    undone = transaction.savepoint()
                    write(own, own.participant_2, "undone")
                    transaction.savepoint_rollback(undone)
                    time.sleep(rng.uniform(0, 0.02))
        finally:
            connection.close()

    reader, read = Reader(), []
    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write_some, own) for own in conversations]
        while not all(one.done() for one in writing):
            read += reader.contents()
    read += reader.contents()
    assert sorted(read) == sorted(Message.objects.values_list("content", flat=True))
    for own in conversations:
        mine = [content for content in read if content.startswith(f"{own.pk}-")]
        assert mine == [f"{own.pk}-{number}" for number in range(40)]


@needs_transactions_at_once
def test_a_client_receives_a_message_that_is_committed_late_once(
    alice, bob, conversation, run_scenario, no_events, monkeypatch
):
    """Its id is lower than that of a message which was sent before."""
    monkeypatch.setattr(polling, "POLL_INTERVAL_S", 0.02)

    async def steps(scenario):
        b = await scenario.connect_as(bob)
        late = await in_thread(lambda: ConversationFactory(participant_1=bob))
        holding = uncommitted(late, "late")
        await asyncio.to_thread(holding.__enter__)
        await in_thread(write, conversation, alice, "1")
        await b.receive_until("message.created")
        assert await b.receives_no("x")  # several polls pass
        await asyncio.to_thread(holding.__exit__, None, None, None)
        await b.receive_until("message.created")
        assert await b.receives_no("x")
        assert (b.seqs(conversation), b.seqs(late)) == ([1], [1])

    run_scenario(steps)


def test_a_poll_reads_all_pages(
    alice, bob, conversation, run_scenario, no_events, monkeypatch
):
    monkeypatch.setattr(new_rows, "MAX_NEW_ROWS", 2)
    monkeypatch.setattr(polling, "POLL_INTERVAL_S", 60)

    async def steps(scenario):
        await scenario.connect_as(bob)
        poller = hub.get_hub().poller
        poller._hub.message_created = lambda user_id, pk, seq: found.add(seq)
        await in_thread(write, conversation, alice, *"12345")
        await poller._poll_new_rows()

    found = set()
    run_scenario(steps)
    assert found == {1, 2, 3, 4, 5}


def test_a_notification_is_sent_after_an_error_of_the_database(
    bob, run_scenario, no_events, monkeypatch
):
    whole, tries = queries.notifications, []

    def away_once(ids):
        tries.append(ids)
        if len(tries) == 1:
            raise DatabaseError
        return whole(ids)

    monkeypatch.setattr(queries, "notifications", away_once)

    async def steps(scenario):
        b = await scenario.connect_as(bob)
        await in_thread(notify, bob, "welcome", subject=bob, name="Bob")
        await b.receive_until("notification.created")
        assert len(tries) == 2
        assert await b.receives_no("notification.created")

    run_scenario(steps)


def test_a_conversation_that_begins_while_it_is_resumed_is_sent(monkeypatch):
    page = [{"conversation_id": 7, "seq": 1, "content": "Hello"}]
    sent = []

    class FakeBuffer:
        put = sent.append

        async def wait_for_space(self):
            pass

    async def run(function, *args):
        if function is queries.last_seqs_of:
            stream.message_created(7, 1, None)
            return {}  # read before
        return page

    monkeypatch.setattr(db, "run", run)
    stream = message_stream.MessageStream(1, FakeBuffer(), asyncio.ensure_future)

    async def steps():
        stream.open()
        with pytest.raises(message_stream.ProtocolError):
            await stream.resume({7: 0})
        await stream._catch_up_task

    asyncio.run(steps())
    assert [json.loads(frame)["seq"] for frame in sent] == [1]


def test_a_gap_is_split_by_the_rows_that_are_read():
    gap = Gap(1, 9, frozenset("a"))
    left = [(part.first, part.last) for part in new_rows._without(gap, [0, 3, 4, 9])]
    assert left == [(1, 2), (5, 8)]


def test_many_gaps_are_read_by_several_queries(alice, conversation, monkeypatch):
    monkeypatch.setattr(new_rows, "MAX_GAPS_PER_QUERY", 2)
    rows = write(conversation, alice, *"12345")
    gaps = tuple(Gap(row.pk, row.pk, frozenset()) for row in rows)
    cursor = Cursor(rows[-1].pk, gaps)
    page = new_rows.read(Message.objects.values_list("pk"), cursor)
    assert page == ([(row.pk,) for row in rows], Cursor(rows[-1].pk), False)
