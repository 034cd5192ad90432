"""What a socket hears: each message once, in order, and nothing of others'."""

import asyncio
import json

import pytest
from django.db import DatabaseError

from accounts.models import User
from core.events import domain_event
from messaging import blocks, services
from messaging.tests.factories import ConversationFactory, write
from notifications.services import notify
from realtime import connection, hub, message_stream, polling, queries
from realtime.tests.client import later
from tasks.tests.factories import TaskFactory
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)


def plain(message) -> dict:
    """A message as events bring it."""
    [shown] = queries.messages_after(
        message.sender_id, message.conversation_id, message.seq - 1, 1
    )
    return shown


@pytest.fixture
def untold(monkeypatch):
    """Events go to nobody, as from a worker without Redis."""
    monkeypatch.setattr(domain_event, "receivers", [])


def test_a_message_is_heard_by_both_as_rest_shows_it(
    api, alice, bob, mallory, talk, play, settings
):
    settings.SITE_URL = "http://testserver"

    async def scene(stage):
        a, b, m = [await stage.socket_of(user) for user in (alice, bob, mallory)]
        await later(write, talk, alice, "Hello")
        heard = await b.until("message.created")
        assert (heard["conversation_id"], heard["seq"]) == (talk.pk, 1)
        assert (await a.until("message.created")) == heard
        path = f"/api/messages/conversations/{talk.pk}/messages?after=0"
        shown = await later(lambda: api.as_(bob).get(path).json())
        assert [heard["message"]] == shown["messages"]
        assert await m.hears_nothing_of("message.created")

    play(scene)


def test_counts_follow(alice, bob, talk, play):
    async def scene(stage):
        b = await stage.socket_of(bob)
        await later(write, talk, alice, "1", "2")
        unread = await b.until("unread")
        while unread["messages"] != 2:
            unread = await b.until("unread")
        await later(services.read_all, talk, reader=bob)
        assert (await b.until("message.read"))["seq"] == 2
        assert (await b.until("unread"))["messages"] == 0

    play(scene)


def test_edits_notifications_and_tasks_are_heard(alice, bob, talk, play):
    async def scene(stage):
        b = await stage.socket_of(bob)
        (message,) = await later(write, talk, alice, "x")
        await later(services.edit, message, actor=alice, content="y")
        assert (await b.until("message.updated"))["message"]["content"] == "y"
        task = await later(TaskFactory, assigned=True, creator=alice, assigned_to=bob)
        await later(TASK_WORKFLOW.run, "mark-done", task, actor=bob)
        a = await stage.socket_of(alice)
        await later(TASK_WORKFLOW.run, "confirm", task, actor=alice)
        told = (await b.until("notification.created"))["notification"]
        assert told["kind"] == "task_confirmed"
        assert (await a.until("task.updated"))["status"] == "completed"

    play(scene)


def test_what_nobody_told_is_found(alice, bob, talk, play, untold):
    async def scene(stage):
        b = await stage.socket_of(bob)
        await later(write, talk, alice, "1", "2", "3")
        await later(notify, bob, "welcome", subject=bob, name="Bob")
        await b.until("notification.created")
        while len(b.seqs(talk)) < 3:
            await b.until("message.created")
        task = await later(TaskFactory, assigned=True, creator=alice, assigned_to=bob)
        await later(TASK_WORKFLOW.run, "mark-done", task, actor=bob)
        assert (await b.until("task.updated"))["task_id"] == task.pk
        assert b.seqs(talk) == [1, 2, 3]

    play(scene)


def test_an_event_that_comes_early_brings_what_is_before_it(
    alice, bob, talk, play, monkeypatch
):
    async def scene(stage):
        b = await stage.socket_of(bob)
        with monkeypatch.context() as patch:
            patch.setattr(domain_event, "receivers", [])
            await later(write, talk, alice, "1", "2")
        await later(write, talk, alice, "3")
        while 3 not in b.seqs(talk):
            await b.until("message.created")
        assert await b.hears_nothing_of("message.created")
        assert b.seqs(talk) == [1, 2, 3]

    play(scene)


def test_a_change_that_is_told_first_is_not_undone(alice, bob, talk, play, untold):
    async def scene(stage):
        b = await stage.socket_of(bob)
        (message,) = await later(write, talk, alice, "Frist")
        written = await later(plain, message)
        message = await later(services.edit, message, actor=alice, content="First")
        here = hub.hub()
        here.hear(bob.pk, "message.updated", await later(plain, message))
        here.hear(bob.pk, "message.created", written)
        assert (await b.until("message.created"))["message"]["content"] == "First"

    play(scene)


def test_a_change_while_a_page_waits_to_be_sent_is_read(monkeypatch):
    """A deleted text is not sent after its deletion."""
    page = [{"conversation_id": 7, "seq": 1, "content": "old"}]
    pages = [page, [page[0] | {"content": ""}], []]
    sent = []

    class Outbox:
        put = sent.append

        async def room(self):
            if not sent and len(pages) == 2:
                mine.mend(7, 1, "updated")

    async def ask(function, *args):
        return {7: 1} if function is queries.seqs_of else pages.pop(0)

    monkeypatch.setattr(message_stream, "ask", ask)
    mine = message_stream.Feed(1, Outbox(), lambda work: asyncio.ensure_future(work))

    async def scene():
        await mine.resume({7: 0})
        await mine._task

    asyncio.run(scene())
    frames = [json.loads(said) for said in sent]
    assert [said["type"] for said in frames] == ["message.created", "resumed"]
    assert frames[0]["message"]["content"] == ""


def test_resume_sends_what_is_missing_once_and_then_what_is_new(
    alice, bob, talk, play, monkeypatch
):
    monkeypatch.setattr(message_stream, "PAGE", 2)
    write(talk, alice, *"1234567")

    async def scene(stage):
        b = await stage.socket_of(bob)
        await b.say("resume", conversations={str(talk.pk): 2})
        await later(write, talk, alice, "8")
        resumed = await b.until("resumed")
        assert resumed["more"] is False
        while 8 not in b.seqs(talk):
            await b.until("message.created")
        assert b.seqs(talk) == [3, 4, 5, 6, 7, 8]

    play(scene)


def test_resume_may_come_with_the_sign_in(alice, bob, talk, play):
    write(talk, alice, "1", "2")

    async def scene(stage):
        b = await stage.socket_of(bob, resume={talk.pk: 1})
        await b.until("resumed")
        assert b.seqs(talk) == [2]

    play(scene)


def test_resume_rests_when_it_has_sent_much(alice, bob, talk, play, monkeypatch):
    monkeypatch.setattr(message_stream, "PAGE", 2)
    monkeypatch.setattr(message_stream, "MOST_REPLAYED", 4)
    write(talk, alice, *"1234567")

    async def scene(stage):
        b = await stage.socket_of(bob)
        await b.say("resume", conversations={talk.pk: 0})
        resumed = await b.until("resumed")
        assert (resumed["seq"], resumed["more"]) == (4, True)
        await later(write, talk, alice, "8")
        assert await b.hears_nothing_of("message.created")
        await b.say("resume", conversations={talk.pk: 4})
        assert (await b.until("resumed"))["more"] is False
        assert b.seqs(talk) == [1, 2, 3, 4, 5, 6, 7, 8]

    play(scene)


def test_a_stranger_resumes_and_types_nothing(alice, mallory, talk, play):
    write(talk, alice, "secret")

    async def scene(stage):
        a, m = await stage.socket_of(alice), await stage.socket_of(mallory)
        for type, data in (
            ("resume", {"conversations": {talk.pk: 0}}),
            ("typing", {"conversation_id": talk.pk}),
            ("presence", {"conversation_id": talk.pk}),
        ):
            await m.say(type, **data)
            assert (await m.until("error"))["code"] == "not_found"
        assert m.seqs(talk) == []
        assert await a.hears_nothing_of("typing")

    play(scene)


def test_typing_goes_to_the_other_one_unless_blocked(alice, bob, talk, play):
    async def scene(stage):
        a, b = await stage.socket_of(alice), await stage.socket_of(bob)
        await a.say("typing", conversation_id=talk.pk)
        assert (await b.until("typing"))["user_id"] == alice.pk
        assert await a.hears_nothing_of("typing")
        await later(blocks.block, blocker=alice, user_id=bob.pk)
        await b.say("typing", conversation_id=talk.pk)
        assert await b.hears_nothing_of("error")
        assert await a.hears_nothing_of("typing")
        await b.say("presence", conversation_id=talk.pk)
        assert not (await b.until("presence"))["is_online"]

    play(scene)


def test_reading_is_no_news_across_a_block(alice, bob, talk, play):
    """Or the blocked would see when the other one is here."""
    write(talk, bob, "1", "2")

    async def scene(stage):
        a, b = await stage.socket_of(alice), await stage.socket_of(bob)
        await later(services.read, talk, reader=alice, up_to=1)
        assert (await b.until("message.read"))["reader_id"] == alice.pk
        await later(blocks.block, blocker=alice, user_id=bob.pk)
        await later(services.read, talk, reader=alice, up_to=2)
        while (await a.until("message.read"))["seq"] != 2:
            pass
        assert await b.hears_nothing_of("message.read")

    play(scene)


def test_a_database_that_is_away_for_a_moment_loses_nothing(
    alice, bob, talk, play, monkeypatch
):
    monkeypatch.setattr(message_stream, "RETRY_SECONDS", 0.01)
    write(talk, alice, "1", "2")
    whole, tries = queries.messages_after, []

    def away_once(*args):
        tries.append(args)
        if len(tries) == 1:
            raise DatabaseError
        return whole(*args)

    monkeypatch.setattr(queries, "messages_after", away_once)

    async def scene(stage):
        b = await stage.socket_of(bob, resume={talk.pk: 0})
        await b.until("resumed")
        assert b.seqs(talk) == [1, 2]

    play(scene)
    assert len(tries) == 2


def test_presence_is_shown_as_one_lets_it(api, alice, bob, talk, play):
    path = f"/api/messages/conversations/{talk.pk}"

    def seen() -> tuple:
        other = api.as_(bob).get(path).json()["conversation"]["other_participant"]
        profile = api.as_(bob).get(f"/api/auth/users/{alice.pk}").json()
        assert profile["is_online"] == other["is_online"]
        assert profile["last_seen"] == other["last_seen"]
        return other["is_online"], other["last_seen"] is not None

    async def scene(stage):
        assert await later(seen) == (False, False)
        await later(queries.mark_seen, {alice.pk})
        assert await later(seen) == (True, True)
        b = await stage.socket_of(bob)
        await b.say("presence", conversation_id=talk.pk)
        shown = await b.until("presence")
        assert (shown["user_id"], shown["is_online"]) == (alice.pk, True)

    play(scene)
    assert api.get(f"/api/auth/users/{alice.pk}").json()["last_seen"] is None
    block = blocks.block(blocker=alice, user_id=bob.pk)[0]
    assert seen() == (False, False)
    block.delete()
    api.as_(alice).patch("/api/auth/profile", {"show_presence": False})
    assert seen() == (False, False)


def test_the_longest_watched_makes_room(alice, bob, mallory, play, monkeypatch):
    monkeypatch.setattr(connection, "MOST_WATCHED", 1)
    talks = [ConversationFactory(between=(alice, one)) for one in (bob, mallory)]

    async def scene(stage):
        a = await stage.socket_of(alice)
        for talk, other in zip(
            (*talks, talks[1]), (bob, mallory, mallory), strict=True
        ):
            await a.say("presence", conversation_id=talk.pk)
            assert (await a.until("presence"))["user_id"] == other.pk
        [mine] = hub.hub().sockets()
        assert list(mine.watched) == [mallory.pk]

    play(scene)


def test_being_here_is_written_once_a_minute(alice, django_assert_num_queries):
    def seen():
        queries.mark_seen({alice.pk})
        return User.objects.get(pk=alice.pk).last_seen

    first = seen()
    assert first is not None
    assert seen() == first


def test_late_rows_are_looked_at_again():
    """The row 4 is committed after the row 5."""
    tail = polling.Tail(3)
    assert tail.floor(0) == 3
    tail.saw([(5,)], 0)
    assert tail.floor(polling.SETTLED_SECONDS - 1) == 3
    tail.saw([(4,), (5,)], polling.SETTLED_SECONDS - 1)
    assert tail.floor(polling.SETTLED_SECONDS) == 5
