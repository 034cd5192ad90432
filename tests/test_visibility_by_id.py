"""Who sees what of an item by its id: the table in docs/api.md, cell by cell."""

import itertools
from pathlib import Path

import pytest

from accounts.tests.factories import UserFactory, suspend
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.models import TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parent.parent / "docs" / "api.md"
VIEWERS = ("owner", "worker", "applicant", "stranger", "anonymous", "staff")
HEADER = ["item", "status", *VIEWERS]
PLACE = {
    "latitude": 56.94912345,
    "longitude": 24.10698765,
    "address": "Miera iela 12-4, Rīga",
    "location": "Rīga",
}
WORDS = "The words that only belong to an item that is public."
UNASSIGNED = {"open"}


def table() -> list[list[str]]:
    lines = DOCUMENT.read_text().splitlines()
    cells = [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines
    ]
    first = cells.index(HEADER) + 2
    return list(itertools.takewhile(lambda row: len(row) == len(HEADER), cells[first:]))


ROWS = table()
CELLS = [
    (item, status, viewer, answer)
    for item, status, *answers in ROWS
    for viewer, answer in zip(VIEWERS, answers, strict=True)
    if answer != "–"
]


@pytest.fixture
def cast(alice, bob, mallory, staff):
    applicant = UserFactory(username="applicant")
    return dict(
        zip(VIEWERS, (alice, bob, applicant, mallory, None, staff), strict=True)
    )


def make(item: str, status: str, cast: dict) -> str:
    """The path of an item of the owner."""
    fields = {"description": WORDS, **PLACE}
    if status in ("hidden", "removed"):
        fields["moderation"] = status
    elif status != "owner suspended":
        fields["status"] = status
    factory = {"task": TaskFactory, "listing": ListingFactory}.get(
        item, OfferingFactory
    )
    owner = "seller" if item == "listing" else "creator"
    fields[owner] = cast["owner"]
    if item == "task" and status not in UNASSIGNED:
        fields["assigned_to"] = cast["worker"]
        fields.setdefault("status", "assigned")
    row = factory(**fields)
    if item == "task":
        ApplicationFactory(task=row, applicant=cast["applicant"])
    if status == "owner suspended":
        suspend(type(cast["owner"]).objects.filter(pk=row.owner_id))
    return f"/api/{item}s/{row.pk}"


def seen(answer, worker) -> str:
    """What of an item an answer shows, in the words of the table."""
    if answer.status_code != 200:
        return str(answer.status_code)
    body = answer.json()
    if body.get("address"):
        return "full"
    is_exact = body["latitude"] == PLACE["latitude"]
    names = (body.get("assigned_to_id"), body.get("assigned_to_name"))
    shows_worker = names == (worker.pk, worker.display_name)
    assert not is_exact
    assert shows_worker or names in [(None, None)]
    if "assigned_to_id" in body and body["status"] not in ("open", "completed"):
        return "public" if shows_worker else "reduced"
    return "public" if body["description"] == WORDS else "reduced"


@pytest.mark.parametrize(("item", "status", "viewer", "expected"), CELLS)
def test_each_viewer_sees_what_the_table_says(
    api, cast, settings, item, status, viewer, expected
):
    """R6: by prepared and by plain queries."""
    client = api.as_(cast[viewer]) if cast[viewer] else api
    path = make(item, status, cast)
    for settings.PREPARED_QUERIES in (True, False):
        assert seen(client.get(path), cast["worker"]) == expected


@pytest.mark.parametrize("item", ["task", "listing", "offering"])
def test_the_table_has_every_status(item):
    """R6: a new status needs a row."""
    model = {"task": TaskFactory, "listing": ListingFactory}.get(item, OfferingFactory)
    statuses = {status for name, status, *_answers in ROWS if name == item}
    moderation = {"hidden", "removed", "owner suspended"}
    assert statuses == set(model._meta.model.Status.values) | moderation


@pytest.mark.parametrize("status", ["in_progress", "pending_confirmation", "disputed"])
def test_others_do_not_learn_what_becomes_of_the_work(api, cast, status):
    """R6: to them a task is assigned until it is completed."""
    path = make("task", status, cast)
    for viewer in ("applicant", "stranger", "staff"):
        assert api.as_(cast[viewer]).get(path).json()["status"] == "assigned"
    assert api.as_(cast["worker"]).get(path).json()["status"] == status


def test_an_applicant_finds_the_task_of_a_decided_application(api, cast):
    """R6: the list of one's applications has the task in every status."""
    make("task", "cancelled", cast)
    [row] = (
        api.as_(cast["applicant"])
        .get("/api/tasks/my-applications")
        .json()["applications"]
    )
    task = row["task"]
    assert (task["status"], task["assigned_to_name"]) == ("cancelled", None)


def test_a_withdrawn_application_opens_nothing(api, cast):
    """R6: whoever withdrew is a stranger again."""
    path = make("task", "cancelled", cast)
    cast["applicant"].applications.update(status="withdrawn")
    assert api.as_(cast["applicant"]).get(path).status_code == 404


def test_reviews_of_a_completed_task_stay_public(api, alice, bob):
    """R6: the page of a completed task is read by everybody, with its reviews."""
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True)
    ReviewFactory(task=task, reviewer=alice, reviewed_user=bob)
    assert api.get(f"/api/reviews/task/{task.pk}").json()["total"] == 1
    assert api.get(f"/api/tasks/{task.pk}").json()["assigned_to_name"] == "bob"


def test_favorites_hold_the_reduced_form(api, cast):
    """R6: an archived listing keeps its title in the favorites and loses its words."""
    path = make("listing", "active", cast)
    reader = api.as_(cast["stranger"])
    item_id = int(path.rpartition("/")[2])
    reader.post("/api/favorites", {"item_type": "listing", "item_id": item_id})
    api.as_(cast["owner"]).post(f"{path}/archive")
    [row] = reader.get("/api/favorites").json()["favorites"]
    assert (row["item"]["status"], row["item"]["description"]) == ("archived", "")


def test_cancelled_tasks_are_in_no_favorites_of_strangers(api, cast):
    """R6: the condition also holds through a foreign key."""
    path = make("task", "open", cast)
    for viewer in ("stranger", "applicant"):
        item = {"item_type": "task", "item_id": int(path.rpartition("/")[2])}
        api.as_(cast[viewer]).post("/api/favorites", item)
    TaskRequest.objects.update(status="cancelled")
    for viewer, count in (("stranger", 0), ("applicant", 1)):
        answer = api.as_(cast[viewer]).get("/api/favorites/count").json()
        assert answer["total"] == count
