"""Posting and changing tasks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.api.fields import to_local_iso
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory

FORM = {
    "title": "Clear the snow",
    "description": "In front of the house.",
    "category": "snow-removal",
    "location": "Rīga, Centrs",
    "latitude": 56.95,
    "longitude": 24.11,
    "budget": 25,
    "deadline": "2031-05-06T14:30",
    "priority": "easy",
    "is_urgent": False,
}


def test_the_creator_is_who_signed_in(api, alice, bob):
    given = FORM | {"creator_id": bob.pk}
    response = api.as_(alice).post("/api/tasks", given)
    assert response.status_code == 201
    assert response.json()["task"]["creator_id"] == alice.pk


def test_nobody_posts_without_signing_in(api, db):
    response = api.post("/api/tasks", FORM | {"creator_id": 1})
    assert (response.status_code, TaskRequest.objects.count()) == (401, 0)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2031-05-06T14:30", "2031-05-06T14:30:00"),
        ("2031-05-06T23:59:00", "2031-05-06T23:59:00"),
        ("2031-05-06T11:30:00Z", "2031-05-06T14:30:00"),
        ("2031-12-06T14:30:00+02:00", "2031-12-06T14:30:00"),
        ("2031-10-26T03:30", "2031-10-26T03:30:00"),
        (None, None),
        ("", None),
    ],
)
def test_a_deadline_is_a_wall_clock(api, alice, sent, stored):
    response = api.as_(alice).post("/api/tasks", FORM | {"deadline": sent})
    assert response.json()["task"]["deadline"] == stored


@pytest.mark.parametrize(
    "deadline", ["soon", "2031-02-30T10:00", "2031-03-30T03:30", 5, "0001-01-01T00:00"]
)
def test_a_deadline_that_is_none_is_refused(api, alice, deadline):
    response = api.as_(alice).post("/api/tasks", FORM | {"deadline": deadline})
    assert (response.status_code, list(response.json()["fields"])) == (
        400,
        ["deadline"],
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": 5},
        {"title": "x" * 201},
        {"title": "a\0b"},
        {"budget": -1},
        {"budget": "1e308"},
        {"budget": 10_000_000},
        {"budget": 1.005},
        {"budget": True},
        {"latitude": 91},
        {"longitude": "east"},
        {"latitude": None},
        {"is_urgent": "maybe"},
        {"category": "x" * 51},
        {"latitude": 0, "longitude": 0},
    ],
)
def test_bad_input_names_its_field(api, alice, wrong):
    response = api.as_(alice).post("/api/tasks", FORM | wrong)
    assert response.status_code == 400
    assert response.json()["error"]
    assert TaskRequest.objects.count() == 0


def test_an_address_alone_is_private_and_gives_the_town(api, alice, mallory):
    given = {k: v for k, v in FORM.items() if k != "location"}
    given["address"] = "Brīvības iela 12-34, Rīga, LV-1010"
    own = api.as_(alice).post("/api/tasks", given).json()["task"]
    seen = api.as_(mallory).get(f"/api/tasks/{own['id']}").json()
    assert own["location"] == own["address"] == given["address"]
    assert seen["location"] == "Rīga"
    assert "address" not in seen


def test_sending_back_the_address_as_location_publishes_nothing(api, alice, mallory):
    address = "Brīvības iela 12-34, Rīga"
    task = TaskFactory(creator=alice, address=address, location="Rīga")
    path = f"/api/tasks/{task.pk}"
    api.as_(alice).put(path, {"location": address, "title": "New title"})
    seen = api.as_(mallory).get(path).json()
    assert (seen["title"], seen["location"]) == ("New title", "Rīga")


def test_only_an_open_task_changes(api, alice):
    """T8."""
    task = TaskFactory(creator=alice, assigned=True)
    response = api.as_(alice).put(f"/api/tasks/{task.pk}", {"budget": 1})
    assert response.status_code == 409


def test_only_the_creator_changes_it(api, bob):
    task = TaskFactory()
    response = api.as_(bob).put(f"/api/tasks/{task.pk}", {"title": "Mine now"})
    assert response.status_code == 403


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_changes_what_is_given_alone(api, alice, method):
    task = TaskFactory(creator=alice, budget=10)
    client = api.as_(alice)
    answer = getattr(client, method)(f"/api/tasks/{task.pk}", {"title": "Other"})
    changed = answer.json()["task"]
    assert (changed["title"], changed["budget"]) == ("Other", 10)


def test_the_worker_sees_the_exact_place_and_a_stranger_does_not(
    api, alice, bob, mallory
):
    """T9."""
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True, address="Iela 5")
    path = f"/api/tasks/{task.pk}"
    exact = (task.latitude, task.longitude)
    for person, sees in ((alice, True), (bob, True), (mallory, False)):
        shown = api.as_(person).get(path).json()
        assert ((shown["latitude"], shown["longitude"]) == exact) is sees
        assert ("address" in shown) is sees


def test_an_address_given_later_leaves_the_owners_words(api, alice, mallory):
    task = TaskFactory(creator=alice, location="Rīga, Centrs")
    path = f"/api/tasks/{task.pk}"
    for address in ("Meža iela 7-12, Rīga", "LV-1010"):
        api.as_(alice).patch(path, {"address": address})
        assert api.as_(mallory).get(path).json()["location"] == "Rīga, Centrs"


def test_a_moderation_note_is_for_the_creator_alone(api, alice, bob):
    """G5."""
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True, hidden=True)
    path = f"/api/tasks/{task.pk}"
    notes = [api.as_(p).get(path).json()["moderation_reason"] for p in (alice, bob)]
    assert notes == ["Spam.", ""]


PAST = "2020-01-01T10:00"


def test_a_deadline_in_the_past_is_refused(api, alice):
    """R1: on creation and on change, with the field's name."""
    task = TaskFactory(creator=alice)
    posted = api.as_(alice).post("/api/tasks", FORM | {"deadline": PAST})
    changed = api.as_(alice).patch(f"/api/tasks/{task.pk}", {"deadline": PAST})
    for answer in (posted, changed):
        assert (answer.status_code, list(answer.json()["fields"])) == (
            400,
            ["deadline"],
        )


def test_the_minute_that_has_begun_is_no_past(api, alice):
    """R1: clients pick minutes on the site's clock."""
    now = to_local_iso(timezone.now())[:16]
    answer = api.as_(alice).post("/api/tasks", FORM | {"deadline": now})
    assert answer.status_code == 201


def test_a_form_sent_back_keeps_a_deadline_that_has_passed(api, alice):
    """R1: the client sends all fields, also those that nobody touched."""
    then = timezone.now() - timedelta(minutes=30)
    task = TaskFactory(creator=alice, deadline=then)
    changes = {"title": "Sweep", "deadline": to_local_iso(then)[:16]}
    answer = api.as_(alice).put(f"/api/tasks/{task.pk}", changes)
    assert answer.json()["task"]["title"] == "Sweep"


def test_a_stranger_learns_nothing_of_a_deadline(api, mallory):
    """R1: 403 comes before 400."""
    path = f"/api/tasks/{TaskFactory().pk}"
    assert api.as_(mallory).patch(path, {"deadline": PAST}).status_code == 403
