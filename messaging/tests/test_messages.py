"""Messages: written, read page by page, and counted."""

import pytest

from accounts.tests.factories import suspend
from messaging import reading
from messaging.models import Message
from messaging.tests.factories import ConversationFactory, write
from offerings.tests.factories import OfferingFactory

UNREAD = "/api/messages/unread-count"
SIGN_IN = 1  # query, of every request


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def path(conversation):
    return f"/api/messages/conversations/{conversation.pk}"


def unread(api, user) -> int:
    return api.as_(user).get(UNREAD).json()["unread_count"]


def numbers(answer: dict) -> list[int]:
    return [message["seq"] for message in answer["messages"]]


# --- Writing ----------------------------------------------------------------------


def test_a_message_is_answered_whole(api, path, conversation, alice):
    response = api.as_(alice).post(f"{path}/messages", {"content": " Hello \n"})
    message = response.json()["message"]
    assert (response.status_code, message["content"]) == (201, "Hello")
    for name in ("id", "conversation_id", "sender_id"):
        assert isinstance(message[name], int)
    assert (message["conversation_id"], message["sender_id"]) == (
        conversation.pk,
        alice.pk,
    )
    assert message["sender"]["username"] == "alice"
    assert (message["seq"], message["is_read"]) == (1, False)
    assert message["created_at"].endswith("Z")


def test_a_message_may_say_what_it_is_about(api, path, alice):
    offering = OfferingFactory()
    given = {"content": "Free?", "offering_id": offering.pk}
    message = api.as_(alice).post(f"{path}/messages", given).json()["message"]
    assert (message["offering_id"], message["task_id"]) == (offering.pk, None)


@pytest.mark.parametrize("content", [None, "", " \n ", "x" * 5001, 5, ["Hello"], "\0"])
def test_a_malformed_message_is_refused(api, path, alice, content):
    response = api.as_(alice).post(f"{path}/messages", {"content": content})
    assert response.status_code == 400
    assert not Message.objects.exists()


def test_the_longest_message_fits(api, path, alice):
    response = api.as_(alice).post(f"{path}/messages", {"content": "ž" * 5000})
    assert len(response.json()["message"]["content"]) == 5000


def test_markup_stays_text(api, path, alice):
    """M11."""
    content = "<script>alert(1)</script> & <b>bold</b>"
    response = api.as_(alice).post(f"{path}/messages", {"content": content})
    assert response.json()["message"]["content"] == content
    assert Message.objects.get().content == content


def test_a_suspended_person_is_read_but_not_written_to(
    api, path, conversation, alice, bob
):
    write(conversation, bob, "Before")
    suspend(type(bob).objects.filter(pk=bob.pk))
    client = api.as_(alice)
    refused = client.post(f"{path}/messages", {"content": "After"})
    assert refused.status_code == 409
    assert refused.json()["code"] == "unreachable"
    assert [m.content for m in conversation.messages.all()] == ["Before"]
    assert client.get(f"{path}/messages").json()["total"] == 1
    assert client.get(path).status_code == 200


# --- Pages ------------------------------------------------------------------------


def test_page_one_is_the_newest_fifty_in_the_order_written(
    api, path, conversation, alice
):
    write(conversation, alice, *map(str, range(1, 61)))
    client = api.as_(alice)
    newest = client.get(f"{path}/messages").json()
    older = client.get(f"{path}/messages?page=2&per_page=50").json()
    assert numbers(newest) == list(range(11, 61))
    assert numbers(older) == list(range(1, 11))
    assert (newest["has_more"], older["has_more"]) == (True, False)
    assert (newest["total"], newest["pages"], newest["page"]) == (60, 2, 1)


def test_an_empty_conversation_has_an_empty_page(api, path, alice):
    answer = api.as_(alice).get(f"{path}/messages").json()
    assert (answer["messages"], answer["has_more"]) == ([], False)


@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_takes_the_same_few_queries(
    api, path, conversation, alice, bob, rows, django_assert_num_queries
):
    client = api.as_(alice)
    write(conversation, bob, *map(str, range(rows)))
    with django_assert_num_queries(4 + SIGN_IN):
        assert len(client.get(f"{path}/messages").json()["messages"]) == rows


def test_a_page_read_before_is_only_read(
    api, path, conversation, alice, bob, django_assert_num_queries
):
    write(conversation, bob, "1")
    client = api.as_(alice)
    client.get(f"{path}/messages")
    with django_assert_num_queries(3 + SIGN_IN):
        client.get(f"{path}/messages")


# --- Reading ----------------------------------------------------------------------


def test_a_page_marks_what_the_other_side_wrote(api, path, conversation, alice, bob):
    write(conversation, bob, "1", "2")
    write(conversation, alice, "3")
    assert (unread(api, alice), unread(api, bob)) == (2, 1)
    shown = api.as_(alice).get(f"{path}/messages").json()["messages"]
    assert [message["is_read"] for message in shown] == [True, True, False]
    assert (unread(api, alice), unread(api, bob)) == (0, 1)


def test_an_older_page_leaves_the_newer_messages_unread(
    api, path, conversation, alice, bob
):
    write(conversation, bob, "1", "2", "3")
    api.as_(alice).get(f"{path}/messages?page=2&per_page=2")
    assert unread(api, alice) == 2
    api.as_(alice).get(f"{path}/messages")
    api.as_(alice).get(f"{path}/messages?page=2&per_page=2")
    assert unread(api, alice) == 0


def test_ones_own_messages_never_wait_for_one(api, path, conversation, alice):
    write(conversation, alice, "1", "2")
    client = api.as_(alice)
    assert client.put(f"{path}/read-all").json()["messages_marked_read"] == 0
    assert client.get(path).json()["conversation"]["unread_count"] == 0


def test_read_all_says_how_many_it_read(api, path, conversation, alice, bob):
    write(conversation, bob, "1", "2")
    write(conversation, alice, "3")
    write(conversation, bob, "4")
    client = api.as_(alice)
    answers = [client.put(f"{path}/read-all").json() for _ in range(2)]
    assert answers[0] == {"success": True, "messages_marked_read": 3}
    assert answers[1] == {"success": True, "messages_marked_read": 0}
    assert unread(api, alice) == 0


def test_reading_one_message_reads_those_before_it(api, conversation, alice, bob):
    second = write(conversation, bob, "1", "2", "3")[1]
    read = api.as_(alice).put(f"/api/messages/messages/{second.pk}/read")
    assert (read.status_code, read.json()["message"]["is_read"]) == (200, True)
    assert unread(api, alice) == 1


def test_reading_an_older_message_unreads_nothing(api, conversation, alice, bob):
    first, _second = write(conversation, bob, "1", "2")
    reading.read_all(conversation, reader=alice)
    api.as_(alice).put(f"/api/messages/messages/{first.pk}/read")
    assert unread(api, alice) == 0


def test_a_stale_reader_takes_nothing_back(conversation, alice, bob):
    write(conversation, bob, "1", "2")
    stale = type(conversation).objects.get(pk=conversation.pk)
    reading.read_all(conversation, reader=alice)
    reading.read(stale, reader=alice, up_to=1)
    conversation.refresh_from_db()
    assert conversation.read_seq_of(alice) == 2


def test_ones_own_message_is_not_read_by_oneself(api, conversation, alice):
    (own,) = write(conversation, alice, "1")
    response = api.as_(alice).put(f"/api/messages/messages/{own.pk}/read")
    assert response.status_code == 400


def test_an_outsider_reads_no_message(api, conversation, alice, mallory):
    """M3: the same answer as for a missing one."""
    (message,) = write(conversation, alice, "1")
    client = api.as_(mallory)
    answers = [
        client.put(f"/api/messages/messages/{pk}/read") for pk in (message.pk, 999_999)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


def test_unread_messages_are_counted_over_all_conversations(
    api, conversation, alice, bob
):
    other = ConversationFactory(between=(alice, ConversationFactory().participant_1))
    write(conversation, bob, "1", "2")
    write(other, other.other_than(alice), "3")
    write(other, alice, "4")
    assert (unread(api, alice), unread(api, bob)) == (3, 0)


@pytest.mark.parametrize("path", [UNREAD, "/api/messages/messages/1/read"])
def test_reading_needs_a_sign_in(api, db, path):
    method = api.get if path == UNREAD else api.put
    assert method(path).status_code == 401


def test_the_count_is_one_query(
    api, conversation, alice, bob, django_assert_num_queries
):
    write(conversation, bob, "1")
    client = api.as_(alice)
    with django_assert_num_queries(1 + SIGN_IN):
        client.get(UNREAD)


def test_a_person_without_conversations_has_read_all(api, alice):
    assert unread(api, alice) == 0
