"""The staff rows of the task workflow, through the admin."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from tasks.models import TaskEvent
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
SETTLED = [("settle-for-worker", "completed"), ("settle-for-creator", "cancelled")]


@pytest.fixture
def judge(db):
    user = UserFactory(username="judge", is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    return user


@pytest.fixture
def admin(judge):
    client = Client()
    client.force_login(judge)
    return client


def act_url(task, name):
    return reverse("admin:tasks_taskrequest_action", args=[task.pk, name])


def change_url(task):
    return reverse("admin:tasks_taskrequest_change", args=[task.pk])


def errors_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(("name", "status"), SETTLED)
def test_dispute_is_settled_with_history_and_trail(admin, name, status):
    """T1: one event and one staff act, both with the reason."""
    task = TaskFactory(disputed=True)
    admin.post(act_url(task, name), {"reason": "The pictures show it."})
    task.refresh_from_db()
    assert task.status == status
    event, act = TaskEvent.objects.get(), AuditLogEntry.objects.get()
    assert (event.name, event.new, event.reason) == (name, status, act.reason)
    assert (act.actor.username, act.before) == ("judge", "disputed")


@pytest.mark.parametrize(
    ("name", "column"),
    [("settle-for-worker", "tasks_completed"), ("settle-for-creator", "tasks_failed")],
)
def test_settlement_counts_for_the_worker(admin, name, column):
    task = TaskFactory(disputed=True)
    admin.post(act_url(task, name), {"reason": "Seen."})
    task.assigned_to.refresh_from_db()
    assert getattr(task.assigned_to, column) == 1


def test_second_settlement_is_an_error(admin):
    """T6: one outcome; whoever comes second changes nothing."""
    task = TaskFactory(disputed=True)
    admin.post(act_url(task, "settle-for-worker"), {"reason": "Seen."})
    answer = admin.post(act_url(task, "settle-for-creator"), {"reason": "No."})
    assert "Not possible now" in errors_of(answer)[-1]
    task.refresh_from_db()
    assert task.status == "completed"
    assert TaskEvent.objects.count() == AuditLogEntry.objects.count() == 1


@pytest.mark.parametrize("role", ["creator", "assigned_to"])
def test_staff_do_not_settle_their_own_dispute(admin, judge, role):
    task = TaskFactory(disputed=True, **{role: judge})
    for name, _status in SETTLED:
        admin.post(act_url(task, name), {"reason": "I am right."})
        assert act_url(task, name) not in admin.get(change_url(task)).content.decode()
    task.refresh_from_db()
    assert task.status == "disputed"


def test_staff_cancel_a_task_and_its_applications(admin):
    application = ApplicationFactory()
    admin.post(act_url(application.task, "cancel-by-staff"), {"reason": "Not a task."})
    application.refresh_from_db()
    assert (application.status, application.task.status) == ("rejected", "cancelled")
    assert AuditLogEntry.objects.get().reason == "Not a task."


def test_page_offers_what_is_possible_now(admin):
    task = TaskFactory(completed=True)
    page = admin.get(change_url(task)).content.decode()
    assert act_url(task, "hide") in page
    assert act_url(task, "cancel-by-staff") not in page
    assert act_url(task, "settle-for-worker") not in page


def test_history_is_shown_and_cannot_be_forged(admin):
    """S3: rows of the inlines come from the workflow alone."""
    task = TaskFactory(disputed=True)
    admin.post(act_url(task, "settle-for-worker"), {"reason": "<Seen>"})
    assert "&lt;Seen&gt;" in admin.get(change_url(task)).content.decode()
    forged = {"title": "New", "description": "x", "category": "x", "reason": "x"}
    for prefix in ("events", "applications"):
        forged |= {f"{prefix}-TOTAL_FORMS": 2, f"{prefix}-INITIAL_FORMS": 0}
        forged |= {f"{prefix}-0-name": "cancel", f"{prefix}-0-applicant": 1}
        forged |= {f"{prefix}-0-old": "open", f"{prefix}-0-new": "cancelled"}
    admin.post(change_url(task), forged)
    task.refresh_from_db()
    assert task.title == "New"
    assert TaskEvent.objects.count() == 1
    assert not task.applications.exists()


def test_exact_place_is_for_those_who_have_view_private(admin, staff):
    """S1, G5: a moderator sees where a task is as the public does."""
    task = TaskFactory(address="Brīvības iela 12-34", latitude=56.123456)
    assert "Brīvības iela 12" not in admin.get(change_url(task)).content.decode()
    assert "56.123456" not in admin.get(change_url(task)).content.decode()
    admin.force_login(staff)
    assert "Brīvības iela 12" in admin.get(change_url(task)).content.decode()
