"""Events on a connection: each message once and in order, and none of others."""

import asyncio
import json

import pytest
from django.db import DatabaseError

from accounts.models import User
from core.events import domain_event
from messaging import blocks, reading, services
from messaging.tests.factories import ConversationFactory, write
from notifications.services import notify
from realtime import connection, db, hub, message_stream, queries
from realtime.tests.client import in_thread
from tasks.tests.factories import TaskFactory
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db(transaction=True)


def plain(message) -> dict:
    """Return a message as in an event."""
    [shown] = queries.messages_after(
        message.sender_id, message.conversation_id, message.seq - 1, 1
    )
    return shown


def test_both_participants_receive_a_message_as_rest_shows_it(
    api, alice, bob, mallory, conversation, run_scenario, settings
):
    settings.SITE_URL = "http://testserver"

    async def steps(scenario):
        a, b, m = [await scenario.connect_as(user) for user in (alice, bob, mallory)]
        await in_thread(write, conversation, alice, "Hello")
        received = await b.receive_until("message.created")
        assert (received["conversation_id"], received["seq"]) == (conversation.pk, 1)
        assert (await a.receive_until("message.created")) == received
        path = f"/api/messages/conversations/{conversation.pk}/messages?after=0"
        shown = await in_thread(lambda: api.as_(bob).get(path).json())
        assert [received["message"]] == shown["messages"]
        assert await m.receives_no("message.created")

    run_scenario(steps)


def test_unread_counts_are_sent(alice, bob, conversation, run_scenario):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        await in_thread(write, conversation, alice, "1", "2")
        unread = await b.receive_until("unread")
        while unread["messages"] != 2:
            unread = await b.receive_until("unread")
        await in_thread(reading.read_all, conversation, reader=bob)
        assert (await b.receive_until("message.read"))["seq"] == 2
        assert (await b.receive_until("unread"))["messages"] == 0

    run_scenario(steps)


def test_edits_notifications_and_task_updates_are_sent(
    alice, bob, conversation, run_scenario
):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        (message,) = await in_thread(write, conversation, alice, "x")
        await in_thread(services.edit, message, actor=alice, content="y")
        assert (await b.receive_until("message.updated"))["message"]["content"] == "y"
        task = await in_thread(
            TaskFactory, assigned=True, creator=alice, assigned_to=bob
        )
        await in_thread(TASK_WORKFLOW.run, "mark-done", task, actor=bob)
        a = await scenario.connect_as(alice)
        await in_thread(TASK_WORKFLOW.run, "confirm", task, actor=alice)
        notification = (await b.receive_until("notification.created"))["notification"]
        assert notification["kind"] == "task_confirmed"
        assert (await a.receive_until("task.updated"))["status"] == "completed"

    run_scenario(steps)


def test_a_notification_whose_event_happens_again_is_sent_again(
    alice, bob, run_scenario
):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        task = await in_thread(TaskFactory, creator=alice)
        for title in ("One", "Two"):
            await in_thread(
                notify,
                *(bob, "task_terms_changed"),
                subject=task,
                actor=alice,
                title=title,
            )
            sent = (await b.receive_until("notification.created"))["notification"]
            assert sent["facts"]["title"] == title

    run_scenario(steps)


def test_polling_finds_what_events_missed(
    alice, bob, conversation, run_scenario, no_events
):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        await in_thread(write, conversation, alice, "1", "2", "3")
        await in_thread(notify, bob, "welcome", subject=bob, name="Bob")
        await b.receive_until("notification.created")
        while len(b.seqs(conversation)) < 3:
            await b.receive_until("message.created")
        task = await in_thread(
            TaskFactory, assigned=True, creator=alice, assigned_to=bob
        )
        await in_thread(TASK_WORKFLOW.run, "mark-done", task, actor=bob)
        assert (await b.receive_until("task.updated"))["task_id"] == task.pk
        assert b.seqs(conversation) == [1, 2, 3]

    run_scenario(steps)


def test_an_early_event_catches_up_first(
    alice, bob, conversation, run_scenario, monkeypatch
):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        with monkeypatch.context() as patch:
            patch.setattr(domain_event, "receivers", [])
            await in_thread(write, conversation, alice, "1", "2")
        await in_thread(write, conversation, alice, "3")
        while 3 not in b.seqs(conversation):
            await b.receive_until("message.created")
        assert await b.receives_no("message.created")
        assert b.seqs(conversation) == [1, 2, 3]

    run_scenario(steps)


def test_an_update_before_its_message_is_not_undone(
    alice, bob, conversation, run_scenario, no_events
):
    async def steps(scenario):
        b = await scenario.connect_as(bob)
        (message,) = await in_thread(write, conversation, alice, "Frist")
        written = await in_thread(plain, message)
        message = await in_thread(services.edit, message, actor=alice, content="First")
        own_hub = hub.get_hub()
        own_hub.dispatch(bob.pk, "message.updated", await in_thread(plain, message))
        own_hub.dispatch(bob.pk, "message.created", written)
        assert (await b.receive_until("message.created"))["message"][
            "content"
        ] == "First"

    run_scenario(steps)


def test_an_update_of_a_page_that_waits_is_read_again(monkeypatch):
    """A deleted text is not sent after its deletion."""
    page = [{"conversation_id": 7, "seq": 1, "content": "old"}]
    pages = [page, [page[0] | {"content": ""}], []]
    sent = []

    class FakeBuffer:
        put = sent.append

        async def wait_for_space(self):
            if not sent and len(pages) == 2:
                stream.message_updated(7, 1, "updated")

    async def run(function, *args):
        return {7: 1} if function is queries.last_seqs_of else pages.pop(0)

    monkeypatch.setattr(db, "run", run)
    stream = message_stream.MessageStream(1, FakeBuffer(), asyncio.ensure_future)

    async def steps():
        await stream.resume({7: 0})
        await stream._catch_up_task

    asyncio.run(steps())
    frames = [json.loads(frame) for frame in sent]
    assert [frame["type"] for frame in frames] == ["message.created", "resumed"]
    assert frames[0]["message"]["content"] == ""


def test_resume_sends_missing_messages_once_and_then_new_ones(
    alice, bob, conversation, run_scenario, monkeypatch
):
    monkeypatch.setattr(message_stream, "PAGE_MESSAGES", 2)
    write(conversation, alice, *"1234567")

    async def steps(scenario):
        b = await scenario.connect_as(bob)
        await b.send("resume", conversations={str(conversation.pk): 2})
        await in_thread(write, conversation, alice, "8")
        resumed = await b.receive_until("resumed")
        assert resumed["more"] is False
        while 8 not in b.seqs(conversation):
            await b.receive_until("message.created")
        assert b.seqs(conversation) == [3, 4, 5, 6, 7, 8]

    run_scenario(steps)


def test_resume_may_come_with_the_sign_in(alice, bob, conversation, run_scenario):
    write(conversation, alice, "1", "2")

    async def steps(scenario):
        b = await scenario.connect_as(bob, resume={conversation.pk: 1})
        await b.receive_until("resumed")
        assert b.seqs(conversation) == [2]

    run_scenario(steps)


def test_resume_pauses_at_its_limit(
    alice, bob, conversation, run_scenario, monkeypatch
):
    monkeypatch.setattr(message_stream, "PAGE_MESSAGES", 2)
    monkeypatch.setattr(message_stream, "MAX_RESUMED_MESSAGES", 4)
    write(conversation, alice, *"1234567")

    async def steps(scenario):
        b = await scenario.connect_as(bob)
        await b.send("resume", conversations={conversation.pk: 0})
        resumed = await b.receive_until("resumed")
        assert (resumed["seq"], resumed["more"]) == (4, True)
        await in_thread(write, conversation, alice, "8")
        assert await b.receives_no("message.created")
        await b.send("resume", conversations={conversation.pk: 4})
        assert (await b.receive_until("resumed"))["more"] is False
        assert b.seqs(conversation) == [1, 2, 3, 4, 5, 6, 7, 8]

    run_scenario(steps)


def test_an_outsider_cannot_resume_type_or_watch(
    alice, mallory, conversation, run_scenario
):
    write(conversation, alice, "secret")

    async def steps(scenario):
        a, m = await scenario.connect_as(alice), await scenario.connect_as(mallory)
        for type, data in (
            ("resume", {"conversations": {conversation.pk: 0}}),
            ("typing", {"conversation_id": conversation.pk}),
            ("presence", {"conversation_id": conversation.pk}),
        ):
            await m.send(type, **data)
            assert (await m.receive_until("error"))["code"] == "not_found"
        assert m.seqs(conversation) == []
        assert await a.receives_no("typing")

    run_scenario(steps)


def test_typing_is_sent_unless_blocked(alice, bob, conversation, run_scenario):
    async def steps(scenario):
        a, b = await scenario.connect_as(alice), await scenario.connect_as(bob)
        await a.send("typing", conversation_id=conversation.pk)
        assert (await b.receive_until("typing"))["user_id"] == alice.pk
        assert await a.receives_no("typing")
        await in_thread(blocks.block, blocker=alice, user_id=bob.pk)
        await b.send("typing", conversation_id=conversation.pk)
        assert await b.receives_no("error")
        assert await a.receives_no("typing")
        await b.send("presence", conversation_id=conversation.pk)
        assert not (await b.receive_until("presence"))["is_online"]

    run_scenario(steps)


def test_read_marks_are_not_sent_across_a_block(alice, bob, conversation, run_scenario):
    """They would show when the other one is online."""
    write(conversation, bob, "1", "2")

    async def steps(scenario):
        a, b = await scenario.connect_as(alice), await scenario.connect_as(bob)
        await in_thread(reading.read, conversation, reader=alice, up_to=1)
        assert (await b.receive_until("message.read"))["reader_id"] == alice.pk
        await in_thread(blocks.block, blocker=alice, user_id=bob.pk)
        await in_thread(reading.read, conversation, reader=alice, up_to=2)
        while (await a.receive_until("message.read"))["seq"] != 2:
            pass
        assert await b.receives_no("message.read")

    run_scenario(steps)


def test_a_database_error_while_catching_up_loses_nothing(
    alice, bob, conversation, run_scenario, monkeypatch
):
    monkeypatch.setattr(message_stream, "RETRY_DELAY_S", 0.01)
    write(conversation, alice, "1", "2")
    whole, tries = queries.messages_after, []

    def away_once(*args):
        tries.append(args)
        if len(tries) == 1:
            raise DatabaseError
        return whole(*args)

    monkeypatch.setattr(queries, "messages_after", away_once)

    async def steps(scenario):
        b = await scenario.connect_as(bob, resume={conversation.pk: 0})
        await b.receive_until("resumed")
        assert b.seqs(conversation) == [1, 2]

    run_scenario(steps)
    assert len(tries) == 2


def test_presence_follows_the_users_setting(
    api, alice, bob, conversation, run_scenario
):
    path = f"/api/messages/conversations/{conversation.pk}"

    def seen() -> tuple:
        other = api.as_(bob).get(path).json()["conversation"]["other_participant"]
        profile = api.as_(bob).get(f"/api/auth/users/{alice.pk}").json()
        assert profile["is_online"] == other["is_online"]
        assert profile["last_seen"] == other["last_seen"]
        return other["is_online"], other["last_seen"] is not None

    async def steps(scenario):
        assert await in_thread(seen) == (False, False)
        await in_thread(queries.update_last_seen, {alice.pk})
        assert await in_thread(seen) == (True, True)
        b = await scenario.connect_as(bob)
        await b.send("presence", conversation_id=conversation.pk)
        shown = await b.receive_until("presence")
        assert (shown["user_id"], shown["is_online"]) == (alice.pk, True)

    run_scenario(steps)
    assert api.get(f"/api/auth/users/{alice.pk}").json()["last_seen"] is None
    block = blocks.block(blocker=alice, user_id=bob.pk)[0]
    assert seen() == (False, False)
    block.delete()
    api.as_(alice).patch("/api/auth/profile", {"show_presence": False})
    assert seen() == (False, False)


def test_the_first_watched_user_is_dropped_at_the_limit(
    alice, bob, mallory, run_scenario, monkeypatch
):
    monkeypatch.setattr(connection, "MAX_WATCHED_USERS", 1)
    conversations = [
        ConversationFactory(between=(alice, one)) for one in (bob, mallory)
    ]

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        for conversation, other in zip(
            (*conversations, conversations[1]), (bob, mallory, mallory), strict=True
        ):
            await a.send("presence", conversation_id=conversation.pk)
            assert (await a.receive_until("presence"))["user_id"] == other.pk
        [mine] = hub.get_hub().connections()
        assert list(mine.watched) == [mallory.pk]

    run_scenario(steps)


def test_last_seen_is_written_once_a_minute(alice, django_assert_num_queries):
    def seen():
        queries.update_last_seen({alice.pk})
        return User.objects.get(pk=alice.pk).last_seen

    first = seen()
    assert first is not None
    assert seen() == first
