"""Applying, accepting, rejecting, withdrawing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import suspend
from tasks.models import TaskApplication
from tasks.tests.factories import ApplicationFactory, TaskFactory


@pytest.fixture
def task(alice):
    return TaskFactory(creator=alice)


def test_somebody_applies(api, task, bob):
    path = f"/api/tasks/{task.pk}/apply"
    response = api.as_(bob).post(path, {"message": "Today?"})
    application = response.json()["application"]
    assert response.status_code == 201
    assert application["applicant_name"] == "bob"
    assert application["applicant_email"] is None
    task.refresh_from_db()
    assert task.applications_count == 1


def test_nobody_applies_to_the_own_task(api, task, alice):
    """T3."""
    response = api.as_(alice).post(f"/api/tasks/{task.pk}/apply", {"message": ""})
    assert response.status_code == 403


def test_who_does_not_see_a_task_learns_nothing_about_the_fields(api, task, bob):
    task.status = "cancelled"
    task.save()
    response = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"price": "much"})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_nobody_applies_twice(api, task, bob):
    """T3."""
    ApplicationFactory(task=task, applicant=bob)
    response = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": ""})
    assert (response.status_code, response.json()["code"]) == (409, "already_applied")


def test_nobody_applies_to_a_taken_task(api, bob):
    task = TaskFactory(assigned=True)
    response = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": ""})
    assert response.status_code == 409


def accept_path(task, application, form):
    if form == "nested":
        return f"/api/tasks/{task.pk}/applications/{application.pk}/accept", {}
    if form == "person":
        return f"/api/tasks/{task.pk}/accept", {"user_id": application.applicant_id}
    return f"/api/tasks/{task.pk}/accept-application", {
        "application_id": application.pk
    }


@pytest.mark.parametrize("form", ["nested", "documented", "person"])
def test_accepting_one_rejects_the_others(api, task, alice, bob, form):
    chosen = ApplicationFactory(task=task, applicant=bob)
    other = ApplicationFactory(task=task)
    path, given = accept_path(task, chosen, form)
    answer = api.as_(alice).post(path, given).json()
    other.refresh_from_db()
    assert answer["application"]["status"] == "accepted"
    assert answer["task"]["assigned_to_id"] == bob.pk
    assert answer["task"]["status"] == "assigned"
    assert other.status == "rejected"


@pytest.mark.parametrize("form", ["nested", "documented", "person"])
def test_only_the_creator_accepts(api, task, bob, form):
    application = ApplicationFactory(task=task, applicant=bob)
    path, given = accept_path(task, application, form)
    assert api.as_(bob).post(path, given).status_code == 403


def test_an_application_of_another_task_is_not_found(api, task, alice):
    elsewhere = ApplicationFactory()
    path = f"/api/tasks/{task.pk}/applications/{elsewhere.pk}/accept"
    assert api.as_(alice).post(path).status_code == 404


def test_accepting_nothing_says_what_is_missing(api, task, alice):
    response = api.as_(alice).post(f"/api/tasks/{task.pk}/accept-application", {})
    assert response.status_code == 400
    assert "application_id" in response.json()["fields"]


def test_a_suspended_applicant_cannot_be_accepted(api, task, alice, bob):
    application = ApplicationFactory(task=task, applicant=bob)
    suspend(type(bob).objects.filter(pk=bob.pk))
    path = f"/api/tasks/{task.pk}/applications/{application.pk}/accept"
    assert api.as_(alice).post(path).status_code == 409


def test_the_creator_rejects(api, task, alice):
    application = ApplicationFactory(task=task)
    path = f"/api/tasks/{task.pk}/applications/{application.pk}/reject"
    assert api.as_(alice).post(path).json()["application"]["status"] == "rejected"
    assert api.as_(alice).post(path).status_code == 409


def test_a_stranger_sees_no_applications(api, task, bob, mallory):
    application = ApplicationFactory(task=task, applicant=bob)
    listed = api.as_(mallory).get(f"/api/tasks/{task.pk}/applications")
    path = f"/api/tasks/{task.pk}/applications/{application.pk}"
    assert listed.status_code == 403
    assert api.as_(mallory).post(f"{path}/reject").status_code == 403
    assert api.as_(mallory).delete(path).status_code == 404


def test_withdrawn_application_is_gone(api, task, alice, bob):
    application = ApplicationFactory(task=task, applicant=bob)
    type(task).objects.filter(pk=task.pk).update(applications_count=1)
    path = f"/api/tasks/{task.pk}"
    left = api.as_(bob).delete(f"{path}/applications/{application.pk}")
    listed = api.as_(alice).get(f"{path}/applications").json()
    task.refresh_from_db()
    assert (left.status_code, listed["total"], task.applications_count) == (200, 0, 0)


@pytest.mark.parametrize(("hours", "status"), [(0, 409), (23, 409), (25, 201)])
def test_next_application_waits_a_day_after_a_withdrawal(api, task, bob, hours, status):
    """B2: it names the time from which on one may apply again."""
    path = f"/api/tasks/{task.pk}/apply"
    ApplicationFactory(task=task, applicant=bob, status="withdrawn")
    at = timezone.now() - timedelta(hours=hours)
    TaskApplication.objects.update(updated_at=at)
    answer = api.as_(bob).post(path, {"message": ""})
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "recently_withdrawn"
        time = timezone.localtime(at + timedelta(days=1)).strftime("%H:%M")
        assert f"{time} on." in answer.json()["error"]


def test_withdrawal_of_others_does_not_count(api, task, bob):
    """B2."""
    ApplicationFactory(task=task, status="withdrawn")
    answer = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": ""})
    assert answer.status_code == 201


def test_pause_after_a_withdrawal_is_a_setting(api, task, bob, settings):
    """B2."""
    settings.REAPPLY_HOURS = 0
    ApplicationFactory(task=task, applicant=bob, status="withdrawn")
    answer = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": ""})
    assert answer.status_code == 201


def test_an_accepted_application_cannot_be_withdrawn(api, task, alice, bob):
    application = ApplicationFactory(task=task, applicant=bob)
    path = f"/api/tasks/{task.pk}/applications/{application.pk}"
    api.as_(alice).post(f"{path}/accept")
    assert api.as_(bob).delete(path).status_code == 409


def test_cancelling_rejects_who_still_waits(api, task, alice):
    application = ApplicationFactory(task=task)
    api.as_(alice).post(f"/api/tasks/{task.pk}/cancel")
    application.refresh_from_db()
    assert application.status == "rejected"


def test_the_header_counts_what_waits(api, task, alice, bob):
    ApplicationFactory(task=task)
    TaskFactory(creator=alice, done=True)
    ApplicationFactory(applicant=alice, status="accepted")
    counts = api.as_(alice).get("/api/tasks/notifications").json()
    assert counts == {
        "pending_applications": 1,
        "pending_confirmation": 1,
        "accepted_applications": 1,
        "total": 2,
    }


def test_my_applications_carry_their_task(api, task, bob):
    ApplicationFactory(task=task, applicant=bob)
    [row] = api.as_(bob).get("/api/tasks/my-applications").json()["applications"]
    assert row["task"]["id"] == task.pk


def test_created_tasks_count_who_waits(api, task, alice):
    ApplicationFactory.create_batch(2, task=task)
    ApplicationFactory(task=task, status="rejected")
    [row] = api.as_(alice).get("/api/tasks/created").json()["tasks"]
    assert row["pending_applications_count"] == 2


def test_who_is_suspended_waits_before_nobody(api, task, alice, bob):
    """G10."""
    ApplicationFactory(task=task, applicant=bob)
    suspend(type(bob).objects.filter(pk=bob.pk))
    client = api.as_(alice)
    assert client.get(f"/api/tasks/{task.pk}/applications").json()["total"] == 0
    assert client.get("/api/tasks/notifications").json()["pending_applications"] == 0
    [row] = client.get("/api/tasks/created").json()["tasks"]
    assert row["pending_applications_count"] == 0
