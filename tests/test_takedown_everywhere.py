"""What staff take down is gone from every answer of the API, for everybody else."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import suspend
from alerts.jobs import send_alerts
from alerts.tests.factories import SavedSearchFactory
from audit.tests.factories import hide
from favorites.models import Favorite
from listings.tests.factories import ListingFactory
from messaging.services import start
from moderation.reports import report
from notifications.services import notify
from offerings.tests.factories import OfferingFactory
from privacy import archive
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tasks.workflow import MODERATION
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
TITLE, WORD = "Zyzzyvafalls", "quokkaland"
PICTURE = f"/api/uploads/{'d' * 32}.jpg"
PLACE = {"latitude": 56.9496, "longitude": 24.1052, "location": "Rīga"}
QUERIES = (
    "",
    f"search={WORD}",
    "latitude=56.95&longitude=24.1&radius=50",
    "bbox=24,56.9,24.2,57&zoom=14",
)
ITEMS = ("listing", "task", "offering")
READS = [route for route in ROUTES if route.method == "get"]


@pytest.fixture
def items(alice):
    words = {"title": TITLE, "description": WORD, "images": PICTURE, **PLACE}
    return {
        "listing": ListingFactory(seller=alice, **words),
        "task": TaskFactory(creator=alice, **words),
        "offering": OfferingFactory(creator=alice, **words),
        "review": ReviewFactory(reviewer=alice, content=TITLE),
    }


@pytest.fixture
def reader(mallory, items):
    """A stranger who has found, kept and asked about all of it."""
    for name in ITEMS:
        Favorite.objects.create(user=mallory, **{name: items[name]})
        about = (name, items[name].pk)
        owner_id = items[name].owner_id
        start(sender=mallory, user_id=owner_id, content="Is it there?", about=about)
    ApplicationFactory(task=items["task"], applicant=mallory)
    SavedSearchFactory(user=mallory, query={"search": WORD})
    return mallory


def world(items) -> dict:
    return {
        **{f"{name}s": row.pk for name, row in items.items()},
        "auth": items["listing"].owner_id,
        "user_id": items["listing"].owner_id,
        "task_id": items["task"].pk,
        "item_type": "listing",
        "item_id": items["listing"].pk,
    }


def shown(client, items) -> set[str]:
    """The reading routes in whose answers there is any of it."""
    found = set()
    for route in READS:
        for query in QUERIES:
            answer = client.get(f"{route.url_in(world(items))}?{query}")
            body = b"".join(answer) if answer.streaming else answer.content
            if TITLE.encode() in body or PICTURE.encode() in body:
                found.add(f"{route}")
    return found


def take_down(items, fate: str) -> None:
    if fate == "suspended":
        owner = items["listing"].owner
        suspend(type(owner).objects.filter(pk=owner.pk))
        return
    for row in items.values():
        hide(type(row).objects.filter(pk=row.pk), fate)


SURFACES = {
    "GET /api/favorites",
    "GET /api/listings",
    "GET /api/listings/{pk}",
    "GET /api/map",
    "GET /api/messages/conversations",
    "GET /api/offerings",
    "GET /api/offerings/{pk}",
    "GET /api/reviews",
    "GET /api/reviews/{pk}",
    "GET /api/tasks",
    "GET /api/tasks/my-applications",
    "GET /api/tasks/{pk}",
}


def test_stranger_sees_it_before(api, items, reader, settings):
    settings.THROTTLE = False
    assert shown(api.as_(reader), items) >= SURFACES


@pytest.mark.parametrize("fate", ["hidden", "removed", "suspended"])
def test_what_is_taken_down_is_in_no_answer(api, items, reader, fate, settings):
    """S7, G10: whatever reads it, with and without an account."""
    settings.THROTTLE = False
    shown(api.as_(reader), items)  # so that what is cached is
    take_down(items, fate)
    assert shown(api.as_(reader), items) == set()
    assert shown(api, items) == set()


@pytest.mark.parametrize("fate", ["hidden", "removed", "suspended"])
def test_what_is_taken_down_is_in_no_alert(items, reader, run_jobs, fate):
    """S7: not by e-mail either."""
    take_down(items, fate)
    send_alerts()
    run_jobs()
    assert [email.subject for email in mail.outbox] == []


@pytest.fixture
def notified(reader, items, run_jobs):
    """The reader has notifications about all of it: from the owner, and an alert."""
    for name in ITEMS:
        notify(reader, "task_cancelled", subject=items[name], title=TITLE)
        report(name, items[name].pk, reporter=reader, category="scam", explanation="")
    send_alerts()
    run_jobs()
    return reader


def contents(client) -> str:
    return client.get("/api/notifications").content.decode()


@pytest.mark.parametrize("fate", ["hidden", "removed", "suspended"])
def test_notifications_of_before_name_it_no_more(api, items, notified, fate):
    """Nor do they lead to it; they stay, and so does their number."""
    client = api.as_(notified)
    before = client.get("/api/notifications").json()["notifications"]
    assert contents(client).count(f"/tasks/{items['task'].pk}") > 0
    take_down(items, fate)
    rows = client.get("/api/notifications").json()["notifications"]
    assert [row["id"] for row in rows] == [row["id"] for row in before]
    assert TITLE not in contents(client)
    assert "no longer available" in contents(client)
    assert {row["path"] for row in rows if row["kind"] == "task_cancelled"} == {"/"}
    assert client.get("/api/notifications/unread-count").json() == {
        "unread_count": len(before)
    }


def test_title_shows_again_when_the_decision_is_undone(api, items, notified):
    before = contents(api.as_(notified))
    assert TITLE in before
    take_down(items, "hidden")
    for row in items.values():
        type(row).objects.filter(pk=row.pk).update(moderation="visible")
    assert contents(api.as_(notified)) == before


def test_statement_of_reasons_keeps_the_title_for_its_owner(api, items, alice, staff):
    MODERATION.run("hide", items["task"], actor=staff, reason="Spam.")
    assert TITLE in contents(api.as_(alice))


def test_worker_of_a_hidden_task_still_reads_its_title(api, items, bob):
    """They open it by its id, too."""
    type(items["task"]).objects.update(assigned_to=bob, status="assigned")
    notify(bob, "task_cancelled", subject=items["task"], title=TITLE)
    take_down({"task": items["task"]}, "hidden")
    assert TITLE in contents(api.as_(bob))


def test_withheld_titles_cost_no_query_for_each_row(api, items, notified):
    client = api.as_(notified)
    take_down(items, "hidden")
    with CaptureQueriesContext(connection) as few:
        contents(client)
    for _ in range(10):
        notify(notified, "task_cancelled", subject=items["task"], title=TITLE)
    with CaptureQueriesContext(connection) as many:
        contents(client)
    assert len(many) == len(few)


def test_email_of_before_names_it_no_more(items, notified, run_jobs):
    notify(notified, "task_cancelled", subject=items["task"], title=TITLE)
    take_down(items, "removed")
    mail.outbox.clear()
    run_jobs()
    assert mail.outbox
    assert not any(TITLE in email.subject + email.body for email in mail.outbox)


def test_alert_would_have_named_it(items, reader, run_jobs):
    send_alerts()
    run_jobs()
    assert TITLE in mail.outbox[0].body


@pytest.mark.parametrize("fate", ["hidden", "removed", "suspended"])
def test_what_is_taken_down_is_in_no_export_of_others(items, notified, fate):
    """S7: neither its words nor its picture."""
    take_down(items, fate)
    file = BytesIO()
    archive.write(notified, file)
    with ZipFile(file) as found:
        contents = [found.read(name) for name in found.namelist()]
    assert contents
    assert not any(TITLE.encode() in content for content in contents)
    assert not any(PICTURE.encode() in content for content in contents)
