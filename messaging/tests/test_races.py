"""Two at once, on PostgreSQL with real threads: SQLite writes one after another."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.blocks import Blocked
from accounts.models import Block
from accounts.tests.factories import UserFactory
from core.exceptions import NotFound
from messaging import blocks, reading, services
from messaging.models import Conversation, Message
from messaging.tests.factories import ConversationFactory, write
from uploads.models import Upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
THREADS = 6  # each with a connection of its own, of the eight in the pool


def at_once(act, arguments) -> list:
    """The results of `act` for each argument, all begun at the same moment."""
    start = Barrier(THREADS)
    arguments = list(arguments)
    first = iter(range(len(arguments)))

    def run(argument):
        if next(first) < THREADS:
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
    conversation = Conversation.objects.get()
    assert [is_new for _conversation, is_new in results].count(True) == 1
    seqs = conversation.messages.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, THREADS + 1))


def test_messages_at_once_are_numbered_without_gaps(alice, bob):
    conversation = ConversationFactory(between=(alice, bob))
    senders = [alice, bob] * (THREADS // 2)
    at_once(lambda sender: write(conversation, sender, *"abcde"), senders)
    seqs = conversation.messages.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 5 * THREADS + 1))


def test_counts_stay_exact_while_some_write_and_some_read(alice, bob):
    """M10: every message is marked read exactly once."""
    conversation = ConversationFactory(between=(alice, bob))

    def act(number):
        if number % 2:
            write(conversation, bob, *"abcdefghij")
            return 0
        return sum(reading.read_all(conversation, reader=alice) for _ in range(10))

    read = sum(at_once(act, range(THREADS)))
    assert read + reading.count_unread(alice) == 10 * THREADS // 2


def test_a_send_repeated_at_once_is_one_message(alice, bob):
    """M6."""
    conversation = ConversationFactory(between=(alice, bob))

    def send(_parse_seq):
        message, is_new = services.send(
            conversation, sender=alice, content="Hello", client_msg_id="1"
        )
        return message.pk, is_new

    results = at_once(send, range(20))
    assert len({pk for pk, _is_new in results}) == conversation.messages.count() == 1
    assert [is_new for _pk, is_new in results].count(True) == 1


def test_starts_repeated_at_once_are_one_message(alice, bob):
    """M6."""

    def start(_parse_seq):
        return services.start(
            sender=alice, user_id=bob.pk, content="Hello", client_msg_id="1"
        )

    at_once(start, range(THREADS))
    assert Conversation.objects.get().last_seq == Message.objects.count() == 1


@pytest.mark.parametrize("is_old", [True, False])
def test_nothing_is_written_after_a_block(alice, bob, is_old):
    """M9: a message comes before the block, or finds it."""
    for _round in range(5):
        Block.objects.all().delete()
        Conversation.objects.all().delete()
        if is_old:
            ConversationFactory(between=(alice, bob))
        counts = []

        def act(number, counts=counts):
            if number == THREADS // 2:
                blocks.block(blocker=bob, user_id=alice.pk)
                counts.append(Message.objects.count())
                return "blocked it"
            try:
                services.start(sender=alice, user_id=bob.pk, content="Hello")
            except Blocked:
                return "refused"
            return "sent"

        outcomes = at_once(act, range(THREADS))
        assert counts == [Message.objects.count()] == [outcomes.count("sent")]


def test_two_who_block_each_other_do_not_wait_for_ever(alice, bob):
    ConversationFactory(between=(alice, bob))
    pairs = [(alice, bob), (bob, alice)] * (THREADS // 2)
    at_once(lambda pair: blocks.block(blocker=pair[0], user_id=pair[1].pk), pairs)
    assert Block.objects.count() == 2


def test_a_new_account_does_not_slip_past_its_limit(settings, alice):
    """M9."""
    settings.NEW_ACCOUNT_CONVERSATIONS = 2
    others = [person.pk for person in UserFactory.create_batch(THREADS)]

    def start(user_id):
        try:
            services.start(sender=alice, user_id=user_id)
        except services.TooManyStarted:
            return False
        return True

    assert at_once(start, others).count(True) == Conversation.objects.count() == 2


def test_a_picture_goes_with_one_of_many_messages(alice):
    """U6: also in many conversations at once."""
    others = UserFactory.create_batch(THREADS)
    conversations = [ConversationFactory(between=(alice, other)) for other in others]
    data = {"content_type": "image/jpeg", "size": 1, "width": 1, "height": 1}
    picture = Upload.objects.create(owner=alice, key="a", is_private=True, **data)

    def send(conversation):
        try:
            services.send(conversation, sender=alice, attachment_ids=[picture.pk])
        except NotFound:
            return False
        return True

    assert at_once(send, conversations).count(True) == Message.objects.count() == 1


def test_an_edit_and_a_deletion_leave_one_of_the_two(alice, bob):
    conversation = ConversationFactory(between=(alice, bob))
    for _round in range(5):
        (message,) = write(conversation, alice, "Frist")

        def act(number, message=message):
            if number % 2:
                return services.delete(message, actor=alice).is_deleted
            try:
                services.edit(message, actor=alice, content="First")
            except services.TooLate:
                return False
            return True

        assert any(at_once(act, range(THREADS)))
        message.refresh_from_db()
        assert message.is_deleted
