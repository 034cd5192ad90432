"""Two at once, on PostgreSQL with real threads: SQLite writes one after another."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from messaging import services
from messaging.models import Conversation
from messaging.tests.factories import ConversationFactory, write

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="needs concurrent writers"
    ),
]
THREADS = 6  # each with a connection of its own, of the eight in the pool


def at_once(act, arguments) -> list:
    """The results of `act` for each argument, all begun at the same moment."""
    start = Barrier(THREADS)

    def run(argument):
        start.wait(timeout=30)
        try:
            return act(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, arguments))


def test_first_messages_at_once_make_one_conversation(alice, bob):
    pairs = [(alice, bob), (bob, alice)] * (THREADS // 2)

    def start(pair):
        sender, other = pair
        return services.start(sender=sender, user_id=other.pk, content="Hello")

    results = at_once(start, pairs)
    talk = Conversation.objects.get()
    assert [is_new for _talk, is_new in results].count(True) == 1
    seqs = talk.messages.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, THREADS + 1))


def test_messages_at_once_are_numbered_without_gaps(alice, bob):
    talk = ConversationFactory(between=(alice, bob))
    senders = [alice, bob] * (THREADS // 2)
    at_once(lambda sender: write(talk, sender, *"abcde"), senders)
    seqs = talk.messages.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 5 * THREADS + 1))


def test_counts_stay_exact_while_some_write_and_some_read(alice, bob):
    """M10: every message is marked read exactly once."""
    talk = ConversationFactory(between=(alice, bob))

    def act(number):
        if number % 2:
            write(talk, bob, *"abcdefghij")
            return 0
        return sum(services.read_all(talk, reader=alice) for _ in range(10))

    read = sum(at_once(act, range(THREADS)))
    assert read + Conversation.objects.total_unread(alice) == 10 * THREADS // 2
