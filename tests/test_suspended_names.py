"""A suspended person's name and picture are shown to nobody."""

import pytest

from accounts import moderation
from accounts.models import Block
from listings.tests.factories import ListingFactory
from messaging.services import start
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
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
