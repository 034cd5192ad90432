"""A suspended person's name and picture are shown to nobody."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import moderation
from accounts.models import Block, User
from listings.tests.factories import ListingFactory
from messaging.models import Conversation
from messaging.services import start
from notifications import delivery
from notifications.services import notify
from notifications.types import NOTIFICATION_TYPES
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
OWN_NAMES = {"welcome", "saved_search"}  # of the reader, and of the search
NAMES = {
    "username": "gone_person",
    "first_name": "Gonefirst",
    "last_name": "Gonelast",
    "avatar_url": "/api/uploads/gone-avatar.jpg",
    "bio": "Gone words",
    "city": "Gonetown",
}


@pytest.fixture
def gone(mallory, staff):
    """Mallory, who has had to do with Alice and Bob, is suspended at the end."""
    type(mallory).objects.filter(pk=mallory.pk).update(**NAMES)
    mallory.refresh_from_db()
    return mallory


@pytest.fixture
def world(gone, alice, bob, staff) -> dict:
    done = TaskFactory(creator=alice, assigned_to=gone, completed=True)
    taken = TaskFactory(creator=gone, assigned_to=bob, assigned=True)
    ApplicationFactory(task=taken, applicant=bob, status="accepted")
    offer = TaskFactory(creator=alice)
    ApplicationFactory(task=offer, applicant=gone)
    ReviewFactory(reviewer=alice, reviewed_user=gone, task=done)
    ReviewFactory(reviewer=gone, reviewed_user=alice)
    ListingFactory(seller=gone)
    OfferingFactory(creator=gone)
    talk, _is_new = start(sender=gone, user_id=bob.pk, content="Hello")
    start(sender=gone, user_id=alice.pk, content="Hello")
    name_in_notifications(gone, alice, bob, offer)
    Block.objects.create(blocker=alice, blocked=gone)
    client = {"item_type": "task", "item_id": taken.pk}
    moderation.suspend(gone, actor=staff, reason="Spam.")
    return {
        "tasks": [done.pk, taken.pk, offer.pk],
        "messages": [talk.pk],
        "task_id": done.pk,
        "user_id": alice.pk,
        "favorite": client,
    }


NAMING = {
    kind
    for kind, type_ in NOTIFICATION_TYPES.items()
    if "%(name)s" in f"{type_.title} {type_.text}" and kind not in OWN_NAMES
}


def name_in_notifications(gone, alice, bob, task) -> None:
    """Name the person in a notification of each type that names anybody."""
    for kind in NAMING:
        for reader in (alice, bob):
            params = {"name": gone.display_name, "title": "Snow", "count": 1, "seq": 1}
            talk = Conversation.objects.visible_to(reader).first()
            subject = talk if kind == "new_messages" else task
            notify(reader, kind, subject=subject, actor=gone, **params)


def everything(client, world) -> str:
    """Return what all GETs answer: lists with any status, pages of each id."""
    ids = {"task_id": world["task_id"], "user_id": world["user_id"]}
    urls = []
    for route in ROUTES:
        if route.method != "get":
            continue
        if "pk" in route.names:
            noun = route.path.split("/")[2]
            urls += [route.url(**ids, pk=pk) for pk in world.get(noun, [1, 2])]
        else:
            urls += [route.url(**ids), route.url(**ids) + "?status=all"]
    return "\n".join(b"".join(client.get(url)).decode() for url in urls)


def test_nobody_reads_the_name_of_a_suspended_person(api, world, alice, bob, settings):
    """R7: through every GET there is, by prepared and by plain queries."""
    api.as_(bob).post("/api/favorites", world["favorite"])
    for settings.PREPARED_QUERIES in (True, False):
        for client in (api, api.as_(alice), api.as_(bob)):
            text = everything(client, world)
            assert [name for name in NAMES.values() if name in text] == []


def test_notifications_name_a_suspended_person_no_more(api, world, bob):
    """R7: the texts and the parameters."""
    rows = api.as_(bob).get("/api/notifications").json()["notifications"]
    named = [row for row in rows if "name" in row["facts"]]
    assert {row["kind"] for row in named} >= NAMING - {"new_messages"}  # an e-mail
    for row in named:
        assert row["facts"]["name"] == "Suspended user"
        assert row["kind"] not in NAMING or "Suspended user" in str(row)


@pytest.mark.parametrize("per_hour", [0, 2])
def test_emails_that_are_written_later_do_not_name_the_person(
    world, run_jobs, settings, per_hour
):
    """R7: nor does a digest."""
    settings.EMAILS_PER_HOUR = per_hour
    run_jobs()
    for person in User.objects.exclude(username=NAMES["username"]):
        delivery.send_digest(person.pk, at=timezone.now() + 2 * delivery.HOUR)
    run_jobs()
    # What the person is told of the suspension names them to themselves.
    others = [email for email in mail.outbox if email.to != ["mallory@example.com"]]
    text = "".join(email.subject + email.body for email in others)
    assert text.count("Suspended user") > 10
    assert [name for name in NAMES.values() if name in text] == []


def test_notifications_take_as_many_queries_with_suspended_people(api, world, bob):
    """R7: the list is one query, and others find the reader and hidden tasks."""
    client = api.as_(bob)
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/notifications")
    assert len(queries) <= 4


def test_the_fixed_name_stands_in_its_place(api, world, bob):
    """R7: in the language of the reader."""
    client = api.as_(bob)
    [row] = client.get("/api/messages/conversations").json()["conversations"]
    assert row["other_participant"]["username"] == "Suspended user"
    assert row["other_participant"]["avatar_url"] is None
    path = f"/api/tasks/{world['tasks'][1]}"
    in_latvian = client.get(path, HTTP_ACCEPT_LANGUAGE="lv").json()
    assert in_latvian["creator_name"] == "Apturēts lietotājs"


def test_the_name_comes_back_with_the_person(api, world, gone, staff):
    """R7: the end of a suspension changes nothing else."""
    moderation.restore(gone, actor=staff, reason="A mistake.")
    answer = api.get(f"/api/tasks/{world['tasks'][0]}").json()
    assert answer["assigned_to_name"] == "Gonefirst Gonelast"
