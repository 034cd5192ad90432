"""A worker who can no longer do a task gives it back."""

import pytest

from accounts.tests.factories import UserFactory
from notifications.models import Notification
from tasks.models import TaskApplication
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(api, alice, bob, mallory):
    """Bob was accepted; Mallory was passed over; one person was rejected before."""
    task = TaskFactory(creator=alice, applications_count=3)
    rejected = ApplicationFactory(task=task)
    path = f"/api/tasks/{task.pk}/applications"
    api.as_(alice).post(f"{path}/{rejected.pk}/reject")
    ApplicationFactory(task=task, applicant=mallory)
    chosen = ApplicationFactory(task=task, applicant=bob)
    api.as_(alice).post(f"{path}/{chosen.pk}/accept")
    Notification.objects.all().delete()
    return task


def give_back(api, task, worker, **body):
    return api.as_(worker).post(f"/api/tasks/{task.pk}/give-back", body)


def test_a_task_that_is_given_back_is_open_and_has_no_worker(api, task, bob):
    """R1: the worker's application is withdrawn and no longer counted."""
    answer = give_back(api, task, bob).json()["task"]
    assert (answer["status"], answer["assigned_to_id"]) == ("open", None)
    assert answer["applications_count"] == 2
    assert bob.applications.get().status == "withdrawn"


def test_who_was_passed_over_is_asked_again_and_the_rejected_is_not(
    api, task, bob, mallory
):
    """R1: those that the acceptance rejected are pending; they are notified."""
    give_back(api, task, bob)
    statuses = TaskApplication.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["rejected", "pending", "withdrawn"]
    told = Notification.objects.filter(kind="task_reopened").values_list("recipient")
    assert list(told) == [(mallory.pk,)]


def test_the_creator_reads_why_and_chooses_again(api, task, alice, bob, mallory):
    """R1: the history and the notification have the reason."""
    give_back(api, task, bob, reason="I am ill.")
    row = Notification.objects.get(kind="task_given_back")
    assert (row.recipient, row.params["reason"]) == (alice, "I am ill.")
    assert task.events.first().reason == "I am ill."
    accept = f"/api/tasks/{task.pk}/accept"
    assert api.as_(alice).post(accept, {"user_id": mallory.pk}).status_code == 200


def test_work_that_is_marked_as_done_is_not_given_back(api, alice, bob):
    """R1: then the creator decides."""
    task = TaskFactory(creator=alice, assigned_to=bob, done=True)
    assert give_back(api, task, bob).status_code == 409


def test_returned_tasks_are_counted_for_staff_alone(api, task, bob):
    """R1: the profile does not show the number."""
    give_back(api, task, bob)
    bob.refresh_from_db()
    assert bob.tasks_given_back == 1
    assert "given_back" not in api.get(f"/api/auth/users/{bob.pk}").content.decode()
    assert "given_back" not in api.as_(bob).get("/api/auth/profile").content.decode()


def test_a_worker_without_an_application_gives_the_task_back(api, bob):
    """R1: an imported task has none; the count stays."""
    task = TaskFactory(assigned_to=bob, assigned=True)
    assert give_back(api, task, bob).json()["task"]["applications_count"] == 0


def test_the_other_devices_of_the_worker_hear_of_it(api, task, bob, monkeypatch):
    """R1: who is no party any more was one a moment ago."""
    heard = []
    monkeypatch.setattr(
        "tasks.notices.events.publish", lambda ids, *rest: heard.append(ids)
    )
    give_back(api, task, bob)
    assert tuple(sorted((task.creator_id, bob.pk))) in heard


def test_an_application_rejected_by_a_cancellation_stays_so(api, alice):
    """R1: the flag is of acceptances alone."""
    application = ApplicationFactory(task=TaskFactory(creator=alice))
    ApplicationFactory(task=application.task, applicant=UserFactory())
    api.as_(alice).post(f"/api/tasks/{application.task_id}/cancel")
    assert not TaskApplication.objects.filter(passed_over=True).exists()
