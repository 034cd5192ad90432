"""Events of messages: after the commit, as REST shows them, never for a rollback."""

import pytest
from django.db import transaction

from accounts.blocks import Blocked
from core.events import domain_event
from messaging import blocks, reading, services
from messaging.tests.factories import ConversationFactory, write


@pytest.fixture
def received(monkeypatch) -> list:
    received = []
    monkeypatch.setattr(domain_event, "receivers", [])
    domain_event.connect(lambda event, **kwargs: received.append(event), weak=False)
    return received


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_message_is_published_to_both_as_rest_shows_it(
    api, received, conversation, alice, bob, after_commit, settings
):
    settings.SITE_URL = "http://testserver"
    alice.avatar_url = "/api/uploads/alice.png"
    alice.save()
    path = f"/api/messages/conversations/{conversation.pk}/messages"
    with after_commit():
        api.as_(alice).post(path, {"content": "Hello", "client_msg_id": "1"})
    (event,) = received
    assert (event.type, set(event.recipients)) == (
        "message.created",
        {alice.pk, bob.pk},
    )
    (shown,) = api.as_(bob).get(f"{path}?after=0").json()["messages"]
    assert event.payload == shown
    assert (shown["conversation_id"], shown["seq"]) == (conversation.pk, 1)


def test_edits_and_deletions_are_published(received, conversation, alice, after_commit):
    with after_commit():
        (message,) = write(conversation, alice, "Frist")
        services.edit(message, actor=alice, content="First")
        services.delete(message, actor=alice)
    assert [(event.type, event.payload["content"]) for event in received] == [
        ("message.created", "Frist"),
        ("message.updated", "First"),
        ("message.updated", ""),
    ]


def test_reading_is_published_once(received, conversation, alice, bob, after_commit):
    write(conversation, bob, "1", "2")
    with after_commit():
        for _ in range(2):
            reading.read_all(conversation, reader=alice)
    (event,) = received
    assert (event.type, set(event.recipients)) == ("message.read", {alice.pk, bob.pk})
    assert event.payload == {
        "conversation_id": conversation.pk,
        "reader_id": alice.pk,
        "seq": 2,
    }


def test_nothing_is_published_for_a_refused_or_repeated_send(
    received, conversation, alice, bob, after_commit
):
    services.send(conversation, sender=alice, content="x", client_msg_id="1")
    reading.read_all(conversation, reader=bob)
    with after_commit():
        services.send(conversation, sender=alice, content="x", client_msg_id="1")
        blocks.block(blocker=bob, user_id=alice.pk)
        with pytest.raises(Blocked):
            write(conversation, alice, "y")
    assert received == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_published_before_the_commit_or_for_a_rollback(
    received, conversation, alice
):
    with transaction.atomic():
        write(conversation, alice, "x")
        transaction.set_rollback(True)
    assert received == []
    with transaction.atomic():
        write(conversation, alice, "y")
        assert received == []
    assert [event.payload["content"] for event in received] == ["y"]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_raises_does_not_break_the_send(
    monkeypatch, received, conversation, alice
):
    def fail(event, **kwargs):
        raise RuntimeError

    domain_event.connect(fail)
    assert write(conversation, alice, "x")
    assert len(received) == 1
