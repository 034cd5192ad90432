"""Reading a list to its end while it changes."""

import re

import pytest

from accounts.tests.factories import UserFactory
from core.api import cursors
from core.api.pagination import Pages
from listings.tests.factories import ListingFactory
from messaging.tests.factories import ConversationFactory, write
from notifications.tests.factories import NotificationFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

NEAR = "latitude=56.95&longitude=24.1&radius=100"


def read_on(api, query: str, meanwhile=lambda: None) -> list[int]:
    """The ids of the whole list, page after page by cursor."""
    ids, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/api/offerings?{query}&per_page=3&cursor={cursor}").json()
        ids += [row["id"] for row in page["offerings"]]
        cursor = page["next_cursor"]
        meanwhile()
    return ids


@pytest.fixture
def offerings(db):
    return [OfferingFactory(latitude=56.95 + i / 40).pk for i in range(10)]


@pytest.mark.parametrize(("query", "turned"), [("", True), (NEAR, False)])
def test_a_cursor_reads_every_row_once(api, offerings, query, turned):
    expected = offerings[::-1] if turned else offerings
    assert read_on(api, query) == expected


@pytest.mark.parametrize("query", ["", NEAR])
def test_new_rows_move_nobodys_place(api, offerings, query):
    """G7."""
    read = read_on(api, query, meanwhile=lambda: OfferingFactory(latitude=56.95))
    assert [pk for pk in read if pk in offerings] == sorted(
        offerings, reverse=not query
    )
    assert len(read) == len(set(read))


def test_rows_of_one_moment_and_one_place_are_told_apart(api, db):
    first = OfferingFactory()
    same = [first, *(OfferingFactory(created_at=first.created_at) for _ in range(6))]
    ids = sorted((row.pk for row in same), reverse=True)
    assert read_on(api, "") == ids
    assert read_on(api, NEAR) == ids


@pytest.mark.parametrize("cursor", ["x", "W10:abc:def", "%00", "9" * 3000])
def test_a_forged_cursor_is_refused(api, offerings, cursor):
    """G7."""
    assert api.get(f"/api/offerings?cursor={cursor}").status_code == 400


def test_a_cursor_of_another_list_is_refused(api, offerings):
    newest = api.get("/api/offerings?per_page=3&cursor=").json()["next_cursor"]
    path = f"/api/offerings?{NEAR}&cursor={newest}"
    assert api.get(path).status_code == 400


def test_another_order_takes_no_cursor(api, offerings):
    assert api.get("/api/offerings?ordering=price&cursor=").status_code == 400
    assert api.get("/api/offerings?ordering=-created_at&cursor=").status_code == 200


def test_a_total_stops_counting_and_says_so(api, offerings, monkeypatch):
    monkeypatch.setattr(Pages, "max_count", 7)
    page = api.get("/api/offerings?per_page=3&page=4").json()
    assert (page["total"], page["total_is_capped"]) == (7, True)
    assert (len(page["offerings"]), page["has_more"]) == (1, False)


def test_links_lead_to_the_pages_beside(api, offerings):
    answer = api.get("/api/offerings?status=active&page=2&per_page=4")
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer["Link"])
    pages = {rel: api.get(url).json()["page"] for url, rel in found}
    assert pages == {"first": 1, "prev": 1, "next": 3, "last": 3}
    assert all("status=active" in url and "per_page=4" in url for url, _rel in found)


def follow_links(client, url: str) -> list:
    """The answers from `url` on, along `rel="next"`; twelve at most."""
    answers = []
    while url and len(answers) < 12:
        answers.append(client.get(url))
        found = re.findall(r'<([^>]+)>; rel="(\w+)"', answers[-1].get("Link", ""))
        url = {rel: to for to, rel in found}.get("next")
    return answers


@pytest.mark.parametrize("query", ["cursor=", "cursor=&page=2", f"{NEAR}&cursor="])
def test_links_of_a_cursor_read_the_list_to_its_end(api, offerings, query):
    """G7: and name no other page, which a cursor knows nothing of."""
    answers = follow_links(api, f"/api/offerings?per_page=3&{query}")
    read = [row["id"] for page in answers for row in page.json()["offerings"]]
    assert (sorted(read), len(answers)) == (offerings, 4)
    assert {page["X-Page"] for page in answers} == {"1"}
    links = "".join(page.get("Link", "") for page in answers)
    assert set(re.findall(r'rel="(\w+)"', links)) == {"next"}
    assert "page=2" not in links


def test_links_of_messages_read_the_conversation_to_its_end(api, alice):
    path, client = talk_of(alice), api.as_(alice)
    for query, expected in (("cursor=", [2, 1]), ("after=0&page=3", [1, 2])):
        answers = follow_links(client, f"{path}?per_page=1&{query}")
        rows = [row for page in answers for row in page.json()["messages"]]
        assert [row["seq"] for row in rows] == expected
        assert answers[0]["Link"].count("rel=") == 1


@pytest.mark.parametrize("query", [NEAR, ""])
def test_a_cursor_of_another_shape_is_refused(api, offerings, query):
    cursor = cursors.encode([7], path="/api/offerings")
    assert api.get(f"/api/offerings?{query}&cursor={cursor}").status_code == 400


def talk_of(alice) -> str:
    talk = ConversationFactory(between=(alice, UserFactory()))
    write(talk, alice, "a", "b")
    return f"/api/messages/conversations/{talk.pk}/messages"


@pytest.fixture
def lists(alice) -> list[str]:
    """Of two rows each, newest first."""
    for make in (TaskFactory, ListingFactory):
        make.create_batch(2)
    NotificationFactory.create_batch(2, recipient=alice)
    plain = ["/api/tasks", "/api/listings", "/api/notifications"]
    return [*plain, talk_of(alice), talk_of(alice)]


def test_a_cursor_is_of_one_list_alone(api, lists, alice):
    """G7: also of one conversation, and of lists in the same order."""
    client = api.as_(alice)
    for own in lists:
        cursor = client.get(f"{own}?per_page=1&cursor=")["X-Next-Cursor"]
        answers = {path: client.get(f"{path}?cursor={cursor}") for path in lists}
        taken = [path for path in lists if answers[path].status_code == 200]
        assert taken == [own]
