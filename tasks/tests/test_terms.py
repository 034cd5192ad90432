"""What applicants agreed to does not change under them, nor under the creator."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Notification
from tasks.models import TaskApplication, TaskRequest
from tasks.tests.factories import ApplicationFactory, TaskFactory
from uploads.tests.test_uploads import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(alice, bob):
    task = TaskFactory(creator=alice, applications_count=1, budget=20)
    ApplicationFactory(task=task, applicant=bob)
    return task


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": 10, "description": "And the neighbour's yard."},
        {"title": "Pull the house down"},
        {"category": "moving"},
        {"required_skills": ["a lorry"]},
        {"latitude": 57.5, "longitude": 24.9},
        {"address": "Meža iela 7, Ogre"},
        {"deadline": "2031-05-06T14:30"},
    ],
)
def test_applicants_are_told_once_of_new_terms(api, task, alice, bob, changes):
    """R2: one notification for each set of changes."""
    api.as_(alice).patch(f"/api/tasks/{task.pk}", changes)
    [row] = Notification.objects.all()
    assert (row.kind, row.recipient) == ("task_terms_changed", bob)


def test_a_form_sent_back_tells_nobody(api, task, alice):
    """R2: nor does how urgent it is."""
    path, client = f"/api/tasks/{task.pk}", api.as_(alice)
    changes = {"is_urgent": True, "priority": "high", "radius": 7}
    assert client.put(path, client.get(path).json() | changes).status_code == 200
    assert not Notification.objects.exists()


def test_only_those_who_wait_are_told(api, task, alice, mallory):
    """R2: a rejected applicant has no more to decide."""
    ApplicationFactory(task=task, applicant=mallory, status="rejected")
    api.as_(alice).patch(f"/api/tasks/{task.pk}", {"budget": 5})
    people = Notification.objects.values_list("recipient__username", flat=True)
    assert list(people) == ["bob"]


def seen(api, task, alice) -> str:
    """What a client would send: the later time of the two."""
    client = api.as_(alice)
    shown = client.get(f"/api/tasks/{task.pk}").json()["updated_at"]
    path = f"/api/tasks/{task.pk}/applications"
    [application] = client.get(path).json()["applications"]
    return max(shown, application["updated_at"])


def test_pictures_are_terms(api, task, alice):
    """R2: they show what is to be done."""
    url = send(api.as_(alice)).json()["url"]
    api.as_(alice).patch(f"/api/tasks/{task.pk}", {"images": [url]})
    assert Notification.objects.get().kind == "task_terms_changed"


def test_a_task_with_a_new_title_is_not_accepted_unseen(api, task, alice):
    """R2: 409 `changed_since`."""
    client, moment = api.as_(alice), seen(api, task, alice)
    client.patch(f"/api/tasks/{task.pk}", {"title": "Pull the house down"})
    body = {"application_id": task.applications.get().pk, "seen_updated_at": moment}
    answer = client.post(f"/api/tasks/{task.pk}/accept", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")


@pytest.mark.parametrize("model", [TaskRequest, TaskApplication])
def test_what_has_changed_since_is_not_accepted(api, task, alice, model):
    """R2, T4: 409 `changed_since` on every path, and nothing is written."""
    moment = seen(api, task, alice)
    model.objects.update(updated_at=timezone.now() + timedelta(seconds=1))
    pk = task.applications.get().pk
    base = f"/api/tasks/{task.pk}"
    for path in ("accept", "accept-application", f"applications/{pk}/accept"):
        body = {"seen_updated_at": moment}
        body |= {} if path.startswith("applications") else {"application_id": pk}
        answer = api.as_(alice).post(f"{base}/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    task.refresh_from_db()
    assert task.status == "open"


def test_what_was_seen_is_accepted(api, task, alice):
    """R2: also by a client whose clock knows milliseconds alone."""
    pk, moment = task.applications.get().pk, seen(api, task, alice)
    rounded = moment[: moment.index(".") + 4] + "Z" if "." in moment else moment
    path = f"/api/tasks/{task.pk}/applications/{pk}/accept"
    answer = api.as_(alice).post(path, {"seen_updated_at": rounded})
    assert answer.json()["task"]["status"] == "assigned"


def test_an_application_of_another_person_changes_nothing(api, task, alice, mallory):
    """R2: it counts up on the task and is no change of it."""
    moment, pk = seen(api, task, alice), task.applications.get().pk
    api.as_(mallory).post(f"/api/tasks/{task.pk}/apply")
    body = {"application_id": pk, "seen_updated_at": moment}
    assert api.as_(alice).post(f"/api/tasks/{task.pk}/accept", body).status_code == 200


def test_no_moment_accepts_what_there_is(api, task, alice):
    """R2: the client sends nothing on the path with the id, not even a type."""
    pk = task.applications.get().pk
    path = f"/api/tasks/{task.pk}/applications/{pk}/accept"
    answer = api.as_(alice).generic("POST", path, content_type="")
    assert answer.status_code == 200


@pytest.mark.parametrize("moment", ["soon", 5, "2031-02-30T10:00Z", [], "0001-01-01"])
def test_a_moment_that_is_none_is_refused(api, task, alice, moment):
    """R2: 400 that names the field."""
    body = {"application_id": 1, "seen_updated_at": moment}
    answer = api.as_(alice).post(f"/api/tasks/{task.pk}/accept", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (
        400,
        ["seen_updated_at"],
    )
