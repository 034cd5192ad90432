"""Races of people who write to each other."""

from functools import partial

from accounts.models import Block, User
from messaging.models import Conversation, Message
from tests.live.contests import contest
from tests.live.contests.cast import people, post, token
from tests.live.stage import Call, Stage

CONVERSATIONS = "/api/messages/conversations"


def begun() -> tuple[User, User, str]:
    """Two people, and the path of their conversation."""
    first, second = people(2)
    talk = Conversation.objects.create(participant_1=first, participant_2=second)
    return first, second, f"{CONVERSATIONS}/{talk.pk}"


def numbered(stage: Stage, count: int) -> None:
    """The newest conversation has `count` messages, numbered from 1."""
    talk = Conversation.objects.latest("pk")
    found = list(talk.messages.order_by("seq").values_list("seq", flat=True))
    stage.same("numbers", found, list(range(1, count + 1)))
    stage.same("last_seq", talk.last_seq, count)


@contest(rounds=10)
def begin_one_conversation(stage: Stage) -> None:
    """First messages from both sides make one conversation and lose none."""
    one, other = people(2)
    calls = [
        post(CONVERSATIONS, writer, user_id=reader.pk, message="Hello")
        for writer, reader in [(one, other), (other, one)] * 10
    ]
    stage.statuses(stage.at_once(calls), {201: 1, 200: 19})
    pair = Conversation.objects.filter(participant_1=one, participant_2=other)
    stage.same("conversations", pair.count(), 1)
    numbered(stage, 20)


@contest(rounds=10)
def send_one_message_twenty_times(stage: Stage) -> None:
    """M6: one 201, the others find it."""
    writer, _reader, path = begun()
    call = post(f"{path}/messages", writer, content="Hello", client_msg_id="1")
    answers = stage.at_once([call] * 20)
    stage.statuses(answers, {201: 1, 200: 19})
    ids = {answer.data["message"]["id"] for answer in answers if answer.is_success}
    stage.same("ids", len(ids), 1)
    numbered(stage, 1)


@contest(rounds=5)
def send_and_read_a_hundred(stage: Stage) -> None:
    """M10: what was read and what is unread add up to what was sent."""
    writer, reader, path = begun()
    send = post(f"{path}/messages", writer, content="Hello")
    read = Call("PUT", f"{path}/read-all", token(reader))
    answers = stage.at_once([send, read] * 50)
    stage.statuses(answers, {201: 50, 200: 50})
    marked = sum(a.data.get("messages_marked_read", 0) for a in answers[1::2])
    unread = Conversation.objects.total_unread(reader)
    stage.same("read and unread", marked + unread, 50)
    stage.same("unread of the writer", Conversation.objects.total_unread(writer), 0)
    numbered(stage, 50)


@contest(rounds=20)
def send_or_block(stage: Stage) -> None:
    """M9: a message comes before the block or is refused, also the first of all."""
    writer, reader = people(2)
    start = partial(post, CONVERSATIONS, writer, user_id=reader.pk)
    calls = [start(message="Hello") for _ in range(10)]
    block = Call("POST", f"/api/auth/users/{writer.pk}/block", token(reader))
    calls.insert(5, block)
    answers = stage.at_once(calls)
    sent = sum(a.is_success for a in answers) - 1
    refused = sum(a.status == 403 for a in answers)
    stage.same("sent and refused", sent + refused, 10)
    stage.same("messages", Message.objects.filter(sender=writer).count(), sent)
    stage.same("blocks", Block.objects.filter(blocker=reader).count(), 1)
    since = Block.objects.get(blocker=reader).created_at
    late = Message.objects.filter(sender=writer, created_at__gt=since)
    stage.same("written under the block", late.count(), 0)


@contest(rounds=5)
def begin_thirty_as_a_newcomer(stage: Stage) -> None:
    """M9: a new account begins twenty conversations, not one more."""
    newcomer = people(1)[0]
    calls = [post(CONVERSATIONS, newcomer, user_id=person.pk) for person in people(30)]
    stage.statuses(stage.at_once(calls), {201: 20, 429: 10})
    begun = Conversation.objects.filter(started_by=newcomer)
    stage.same("conversations", begun.count(), 20)
