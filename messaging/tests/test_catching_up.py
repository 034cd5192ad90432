"""Reading on: to newer messages by number, to older ones by cursor."""

import re

import pytest

from messaging import reading
from messaging.tests.factories import ConversationFactory, write

UNREAD = "/api/messages/unread-count"


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def path(conversation):
    return f"/api/messages/conversations/{conversation.pk}/messages"


def numbers(answer: dict) -> list[int]:
    return [message["seq"] for message in answer["messages"]]


@pytest.mark.parametrize(
    ("query", "found", "has_more"),
    [
        ("after=0", [1, 2, 3, 4, 5], False),
        ("after=2", [3, 4, 5], False),
        ("after=2&per_page=2", [3, 4], True),
        ("after=3&per_page=2", [4, 5], False),
        ("after=5", [], False),
        ("after=999999999999999999999", [], False),
    ],
)
def test_after_a_number_come_the_newer_ones_in_order(
    api, conversation, path, alice, bob, query, found, has_more
):
    """M5."""
    write(conversation, bob, *"abcde")
    answer = api.as_(alice).get(f"{path}?{query}").json()
    assert (numbers(answer), answer["has_more"]) == (found, has_more)
    assert answer["total"] == 5


def test_catching_up_loses_and_doubles_nothing(api, conversation, path, alice, bob):
    """M5: also when messages arrive between the pages."""
    write(conversation, bob, *"abcde")
    client, seen = api.as_(alice), []
    while True:
        after = seen[-1] if seen else 0
        answer = client.get(f"{path}?after={after}&per_page=2")
        seen += numbers(answer.json())
        if conversation.messages.count() < 8:
            write(conversation, bob, "and one more")
        if not answer.json()["has_more"]:
            break
        assert f"after={seen[-1]}" in re.search("<(.*)>", answer["Link"])[1]
    assert seen == list(range(1, 9))


def test_catching_up_reads_nothing(api, conversation, path, alice, bob):
    write(conversation, bob, "1", "2")
    client = api.as_(alice)
    shown = client.get(f"{path}?after=0").json()["messages"]
    assert [message["is_read"] for message in shown] == [False, False]
    assert client.get(UNREAD).json()["unread_count"] == 2


@pytest.mark.parametrize("after", ["", "-1", "undefined", "1e3", "1.0", " 1", "٣"])
def test_what_is_no_number_is_refused_and_reads_nothing(
    api, conversation, path, alice, bob, after
):
    write(conversation, bob, "1", "2")
    client = api.as_(alice)
    answer = client.get(path, {"after": after})
    assert client.get(UNREAD).json()["unread_count"] == 2
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["after"]


def test_a_cursor_reads_to_the_oldest_while_new_ones_arrive(
    api, conversation, path, alice, bob
):
    write(conversation, bob, *"abcdefg")
    client, pages, cursor = api.as_(alice), [], ""
    while cursor is not None:
        answer = client.get(f"{path}?cursor={cursor}&per_page=3").json()
        write(conversation, bob, "and one more")
        pages.append(numbers(answer))
        cursor = answer["next_cursor"]
    assert pages == [[5, 6, 7], [2, 3, 4], [1]]


def test_a_page_and_its_cursor_lead_on_alike(api, conversation, path, alice, bob):
    write(conversation, bob, *"abcde")
    client = api.as_(alice)
    first = client.get(f"{path}?per_page=2")
    cursor = first["X-Next-Cursor"]
    by_page = client.get(f"{path}?per_page=2&page=2").json()
    by_cursor = client.get(f"{path}?per_page=2&cursor={cursor}").json()
    assert numbers(by_page) == numbers(by_cursor) == [2, 3]


def test_a_cursor_of_another_hand_or_list_is_refused(
    api, conversation, path, alice, bob
):
    """G7."""
    write(conversation, bob, *"abc")
    client = api.as_(alice)
    foreign = client.get("/api/tasks?cursor=").json()["next_cursor"]
    other = "WyIyMDI2IiwxXQ:forged:forged"
    assert foreign is None
    assert client.get(f"{path}?cursor={other}").status_code == 400


def test_any_page_costs_the_same(
    api, conversation, path, alice, bob, django_assert_num_queries
):
    write(conversation, bob, *map(str, range(30)))
    reading.read_all(conversation, reader=alice)
    client = api.as_(alice)
    for query in ("", "page=10&per_page=3", "after=20", "cursor=&per_page=5"):
        with django_assert_num_queries(4):
            client.get(f"{path}?{query}")


def test_both_sides_see_how_far_the_other_has_read(api, conversation, alice, bob):
    first, _second = write(conversation, bob, "1", "2")
    one = f"/api/messages/conversations/{conversation.pk}"
    api.as_(alice).put(f"/api/messages/messages/{first.pk}/read")
    seen = {
        person.username: api.as_(person).get(one).json()["conversation"]
        for person in (alice, bob)
    }
    data = ("last_seq", "read_seq", "other_read_seq", "unread_count")
    assert [seen["alice"][name] for name in data] == [2, 1, 0, 1]
    assert [seen["bob"][name] for name in data] == [2, 0, 1, 0]
