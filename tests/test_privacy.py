"""What is one person's alone is in nobody else's answers, wherever they look."""

import pytest

from accounts.tests.factories import UserFactory
from listings.tests.factories import ListingFactory
from messaging.services import start
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
SECRETS = {
    "e-mail": "secret-mail@example.com",
    "phone": "+37120009999",
    "address": "SECRET-STREET 12-34",
    "latitude": "56.94912345",
    "longitude": "24.10698765",
    "moderation": "SECRET-NOTE",
    "message": "SECRET-WORDS",
    "password": "md5$",
}
POINT = {"latitude": 56.94912345, "longitude": 24.10698765}
PLACE = POINT | {"address": SECRETS["address"], "location": "Rīga"}
QUERIES = (
    "",
    "?status=all&per_page=100",
    "?latitude=56.949123&longitude=24.106987&radius=50",
    "?search=secret",
    "?items=task:1,listing:1,offering:1",
)


@pytest.fixture
def owner(db):
    return UserFactory(
        email=SECRETS["e-mail"],
        phone=SECRETS["phone"],
        is_helper=True,
        suspended_reason="SECRET-NOTE",
        **POINT,
    )


@pytest.fixture
def world(owner, bob) -> dict:
    """Public items of the owner, and items hidden by staff."""
    task = TaskFactory(creator=owner, **PLACE)
    listing = ListingFactory(seller=owner, **PLACE)
    offering = OfferingFactory(creator=owner, **PLACE)
    review = ReviewFactory(reviewer=owner, reviewed_user=bob)
    hidden = {"moderation": "hidden", "moderation_reason": "SECRET-NOTE"}
    secret_task = TaskFactory(creator=owner, **PLACE, **hidden)
    ListingFactory(seller=owner, **PLACE, **hidden)
    OfferingFactory(creator=owner, **PLACE, **hidden)
    ReviewFactory(reviewer=owner, **hidden)
    for applied in (task, secret_task):
        ApplicationFactory(task=applied, applicant=bob)
    items = {"listings": listing, "tasks": task, "offerings": offering}
    conversation, _new = start(
        sender=owner, user_id=UserFactory().pk, content="SECRET-WORDS"
    )
    items |= {"reviews": review, "auth": owner, "messages": conversation}
    return {noun: thing.pk for noun, thing in items.items()} | {
        "task_id": task.pk,
        "user_id": owner.pk,
    }


def everything(client, world) -> str:
    """The text of all GET responses, with many query strings."""
    texts = []
    for route in ROUTES:
        if route.method == "get":
            url = route.url(**world, pk=world.get(route.path.split("/")[2]))
            for query in QUERIES:
                answer = client.get(url + query)
                texts.append(b"".join(answer) + str(answer.headers).encode())
    return b"\n".join(texts).decode()


def secrets_in(text: str) -> list[str]:
    return [name for name, secret in SECRETS.items() if secret in text]


def test_stranger_reads_no_secret(api, mallory, world):
    """G5: signed in or not, through every GET there is."""
    for reader in (api, api.as_(mallory)):
        assert secrets_in(everything(reader, world)) == []


def test_applicant_reads_no_secret(api, bob, world):
    """G5: neither an application nor a review gives access."""
    assert secrets_in(everything(api.as_(bob), world)) == []


def test_creator_reads_no_secret_of_an_applicant(api, alice, owner):
    """G5: the contract never shows the e-mail address of an applicant."""
    task = TaskFactory(creator=alice)
    ApplicationFactory(task=task, applicant=owner)
    text = everything(api.as_(alice), {"tasks": task.pk, "task_id": task.pk})
    assert f'"applicant_id":{owner.pk}' in text
    assert secrets_in(text) == []


def test_staff_read_no_secret_through_the_api(api, staff, world):
    """G5: staff see private fields in the admin only."""
    assert secrets_in(everything(api.as_(staff), world)) == []


def test_owner_reads_all_but_the_password(api, owner, world):
    """G5: shows that the tests above would find the secrets."""
    found = set(secrets_in(everything(api.as_(owner), world)))
    assert found == set(SECRETS) - {"password"}


def test_worker_reads_the_place_once_accepted(api, bob, world):
    """G5: of the one task, and nothing else of the owner's."""
    task = TaskFactory._meta.model.objects.get(pk=world["tasks"])
    type(task).objects.filter(pk=task.pk).update(assigned_to=bob, status="assigned")
    found = secrets_in(everything(api.as_(bob), world))
    assert found == ["address", "latitude", "longitude"]


def test_writes_answer_no_secret_of_others(api, bob, owner, world):
    """G5: what a write answers is what a GET would show."""
    client = api.as_(bob)
    favorite = {"item_type": "listing", "item_id": world["listings"]}
    review = {"reviewed_user_id": owner.pk, "rating": 5}
    other = TaskFactory(creator=owner, **PLACE)
    answers = [
        client.post("/api/favorites", favorite),
        client.post("/api/reviews", review),
        client.post(f"/api/tasks/{other.pk}/apply", {"message": "Me."}),
        client.get("/api/favorites"),
        client.put(f"/api/tasks/{world['tasks']}", {"title": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 201, 200, 403]
    assert secrets_in("".join(answer.content.decode() for answer in answers)) == []


def test_distance_is_to_the_public_point(api, world):
    """G5: asking from many sides finds the grid, not the house."""
    task = api.get(f"/api/tasks/{world['tasks']}").json()
    here = {"latitude": task["latitude"], "longitude": task["longitude"]}
    assert api.get("/api/tasks", here).json()["tasks"][0]["distance"] == 0
