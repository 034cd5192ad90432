"""Senders edit and delete messages; staff see all versions."""

from datetime import timedelta

import pytest

from accounts.tests.factories import suspend
from messaging.models import Message, MessageVersion
from messaging.tests.factories import ConversationFactory, write
from messaging.tests.staff_pages import open_it, page_of

LONG_AGO = timedelta(minutes=15, seconds=1)


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def message(conversation, alice):
    return write(conversation, alice, "Frist")[0]


@pytest.fixture
def path(message):
    return f"/api/messages/messages/{message.pk}"


def thread(api, person, conversation) -> list[dict]:
    return (
        api.as_(person)
        .get(f"/api/messages/conversations/{conversation.pk}/messages")
        .json()["messages"]
    )


def age(message, by: timedelta) -> None:
    Message.objects.filter(pk=message.pk).update(created_at=message.created_at - by)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_sender_edits_a_message(api, conversation, path, alice, bob, method):
    answer = getattr(api.as_(alice), method)(path, {"content": " First "})
    assert answer.status_code == 200
    (seen,) = thread(api, bob, conversation)
    assert answer.json()["message"]["content"] == seen["content"] == "First"
    assert seen["edited_at"].endswith("Z")


def test_an_edit_changes_nothing_else(api, conversation, path, alice, bob):
    before = (
        type(conversation).objects.values("updated_at", "last_seq", "read_seq_1").get()
    )
    api.as_(alice).put(path, {"content": "First"})
    after = (
        type(conversation).objects.values("updated_at", "last_seq", "read_seq_1").get()
    )
    assert after == before


def test_a_deleted_message_keeps_its_number(api, conversation, path, alice, bob):
    write(conversation, alice, "Second")
    answer = api.as_(alice).delete(path)
    assert (answer.status_code, answer.json()["message"]["content"]) == (200, "")
    first, second = thread(api, bob, conversation)
    assert (first["seq"], first["is_deleted"], first["content"]) == (1, True, "")
    assert (second["is_deleted"], second["content"]) == (False, "Second")


def test_a_deleted_message_is_not_unread(api, conversation, path, alice, bob):
    write(conversation, alice, "Second")
    api.as_(alice).delete(path)
    client = api.as_(bob)
    assert client.get("/api/messages/unread-count").json() == {"unread_count": 1}
    read = client.put(f"/api/messages/conversations/{conversation.pk}/read-all").json()
    assert read["messages_marked_read"] == 1


def test_a_deleted_last_message_shows_nothing_in_the_list(
    api, conversation, path, alice, bob
):
    api.as_(alice).delete(path)
    (row,) = api.as_(bob).get("/api/messages/conversations").json()["conversations"]
    assert row["last_message"]["content"] == ""
    assert row["last_message"]["is_deleted"]


def test_deleting_twice_is_deleting(api, path, alice):
    client = api.as_(alice)
    answers = [client.delete(path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_other_side_changes_nothing(api, path, bob, method):
    answer = getattr(api.as_(bob), method)(path, {"content": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert Message.objects.get().content == "Frist"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_an_outsider_gets_a_404(api, path, mallory, method):
    """M3."""
    answer = getattr(api.as_(mallory), method)(path, {"content": "x"})
    missing = getattr(api.as_(mallory), method)(
        "/api/messages/messages/999999", {"content": "x"}
    )
    assert answer.status_code == missing.status_code == 404
    assert answer.json() == missing.json()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_after_fifteen_minutes_it_cannot_be_changed(api, path, message, alice, method):
    age(message, LONG_AGO)
    answer = getattr(api.as_(alice), method)(path, {"content": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert Message.objects.get().deleted_at is None


def test_just_before_it_may_be_changed(api, path, message, alice):
    age(message, LONG_AGO - timedelta(minutes=1))
    assert api.as_(alice).put(path, {"content": "x"}).status_code == 200


def test_a_deleted_message_is_not_changed(api, path, alice):
    client = api.as_(alice)
    client.delete(path)
    assert client.put(path, {"content": "x"}).status_code == 409
    assert Message.objects.get().content == "Frist"


@pytest.mark.parametrize("content", ["", "  ", "x" * 5001, None, 5])
def test_an_edit_is_held_to_the_rules_of_a_message(api, path, alice, content):
    assert api.as_(alice).put(path, {"content": content}).status_code == 400


def test_a_suspended_person_is_not_written_to_by_an_edit(api, path, alice, bob):
    suspend(type(bob).objects.filter(pk=bob.pk))
    answer = api.as_(alice).put(path, {"content": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "unreachable")


def test_staff_see_every_version(api, path, alice, moderator, message):
    client = api.as_(alice)
    for content in ("RUDE-WORD", "RUDE-WORD", "Polite"):
        client.put(path, {"content": content})
    client.delete(path)
    versions = MessageVersion.objects.values_list("content", flat=True)
    assert list(versions) == ["Frist", "RUDE-WORD"]
    shown = open_it(moderator, message.conversation).content.decode()
    words = ("Frist", "RUDE-WORD", "Polite", "Deleted")
    assert [word for word in words if word not in shown] == []


def test_staff_change_no_text(moderator, message, administrator):
    for client in (moderator, administrator):
        open_it(client, message.conversation)
        forged = {"content": "forged", "reason": "x"}
        answer = client.post(page_of(message.conversation), forged)
        assert answer.status_code == 403
    assert Message.objects.get().content == "Frist"
