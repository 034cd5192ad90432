"""Races of conversations and messages."""

from functools import partial

from accounts.models import Block, User
from messaging import reading
from messaging.models import Conversation, Message
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import people, post, token

CONVERSATIONS = "/api/messages/conversations"


def start_conversation() -> tuple[User, User, str]:
    """Create two people and a conversation; return them and the path of it."""
    first, second = people(2)
    conversation = Conversation.objects.create(
        participant_1=first, participant_2=second
    )
    return first, second, f"{CONVERSATIONS}/{conversation.pk}"


def check_numbers(harness: Harness, count: int) -> None:
    """Check that the newest conversation has `count` messages, numbered from 1."""
    conversation = Conversation.objects.latest("pk")
    found = list(conversation.messages.order_by("seq").values_list("seq", flat=True))
    harness.check_equal("numbers", found, list(range(1, count + 1)))
    harness.check_equal("last_seq", conversation.last_seq, count)


@race_scenario(rounds=10)
def begin_one_conversation(harness: Harness) -> None:
    """First messages from both sides make one conversation and lose none."""
    one, other = people(2)
    calls = [
        post(CONVERSATIONS, writer, user_id=reader.pk, message="Hello")
        for writer, reader in [(one, other), (other, one)] * 10
    ]
    harness.check_statuses(harness.send_together(calls), {201: 1, 200: 19})
    pair = Conversation.objects.filter(participant_1=one, participant_2=other)
    harness.check_equal("conversations", pair.count(), 1)
    check_numbers(harness, 20)


@race_scenario(rounds=10)
def send_one_message_twenty_times(harness: Harness) -> None:
    """M6: one 201; the other requests return the same message with 200."""
    writer, _reader, path = start_conversation()
    call = post(f"{path}/messages", writer, content="Hello", client_msg_id="1")
    answers = harness.send_together([call] * 20)
    harness.check_statuses(answers, {201: 1, 200: 19})
    ids = {answer.data["message"]["id"] for answer in answers if answer.is_success}
    harness.check_equal("ids", len(ids), 1)
    check_numbers(harness, 1)


@race_scenario(rounds=5)
def send_and_read_a_hundred(harness: Harness) -> None:
    """M10: messages marked read and unread messages add up to those sent."""
    writer, reader, path = start_conversation()
    send = post(f"{path}/messages", writer, content="Hello")
    read = Call("PUT", f"{path}/read-all", token(reader))
    answers = harness.send_together([send, read] * 50)
    harness.check_statuses(answers, {201: 50, 200: 50})
    marked = sum(a.data.get("messages_marked_read", 0) for a in answers[1::2])
    unread = reading.count_unread(reader)
    harness.check_equal("read and unread", marked + unread, 50)
    harness.check_equal("unread of the writer", reading.count_unread(writer), 0)
    check_numbers(harness, 50)


@race_scenario(rounds=20)
def send_or_block(harness: Harness) -> None:
    """M9: a message is stored before the block or refused, also the first message."""
    writer, reader = people(2)
    start = partial(post, CONVERSATIONS, writer, user_id=reader.pk)
    calls = [start(message="Hello") for _ in range(10)]
    block = Call("POST", f"/api/auth/users/{writer.pk}/block", token(reader))
    calls.insert(5, block)
    answers = harness.send_together(calls)
    sent = sum(a.is_success for a in answers) - 1
    refused = sum(a.status == 403 for a in answers)
    harness.check_equal("sent and refused", sent + refused, 10)
    harness.check_equal("messages", Message.objects.filter(sender=writer).count(), sent)
    harness.check_equal("blocks", Block.objects.filter(blocker=reader).count(), 1)
    since = Block.objects.get(blocker=reader).created_at
    late = Message.objects.filter(sender=writer, created_at__gt=since)
    harness.check_equal("written under the block", late.count(), 0)


@race_scenario(rounds=5)
def begin_thirty_as_a_newcomer(harness: Harness) -> None:
    """M9: a new account begins twenty conversations, not one more."""
    newcomer = people(1)[0]
    calls = [post(CONVERSATIONS, newcomer, user_id=person.pk) for person in people(30)]
    harness.check_statuses(harness.send_together(calls), {201: 20, 429: 10})
    started = Conversation.objects.filter(started_by=newcomer)
    harness.check_equal("conversations", started.count(), 20)
