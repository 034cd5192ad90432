"""What a person reads last is true, also when an event happens twice on a day."""

import pytest
from django.core import mail
from django.test import TestCase

from notifications import publishing, services
from notifications.models import EmailRecord, Notification
from notifications.services import notify
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
URL = "/api/notifications"
PARAMS = {"name": "Worker", "title": "Paint the fence", "days": 14}


@pytest.fixture
def task(alice, bob):
    task = TaskFactory(creator=alice, budget=100, applications_count=1)
    ApplicationFactory(task=task, applicant=bob)
    return task


@pytest.fixture
def published(monkeypatch) -> list:
    """The ids in the events of new notifications, once these are committed."""
    ids = []

    def publish(recipients, name, payload):
        ids.extend([payload["id"]] if name == publishing.CREATED else [])

    monkeypatch.setattr(publishing.events, "has_receivers", lambda: True)
    monkeypatch.setattr(publishing.events, "publish", publish)
    return ids


def listed(client) -> list[tuple]:
    rows = client.get(URL).json()["notifications"]
    return [(row["kind"], row["is_read"]) for row in rows]


def change(api, task, alice, **changes) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = api.as_(alice).patch(f"/api/tasks/{task.pk}", changes)
    assert answer.status_code == 200


def test_a_second_change_is_unread_after_the_first_was_read(
    api, task, alice, bob, published, run_jobs
):
    """R2: newest in the list, and published; it is not sent by e-mail again."""
    client = api.as_(bob)
    change(api, task, alice, budget=101)
    client.post(f"{URL}/read-all")
    change(api, task, alice, budget=1)
    assert client.get(f"{URL}/unread-count").json() == {"unread_count": 1}
    kind = "task_terms_changed"
    assert listed(client) == [(kind, False), (kind, True)]
    run_jobs()
    assert (len(set(published)), len(mail.outbox)) == (2, 1)


def test_a_second_change_renews_the_notification_that_is_unread(
    api, task, alice, bob, published, run_jobs
):
    """B2: one notification, on top of the others, published again."""
    change(api, task, alice, budget=101)
    first = Notification.objects.get()
    notify(bob, "welcome", name="Bob")
    change(api, task, alice, title="Paint both fences")
    row = Notification.objects.newest_first().first()
    assert (row.pk, row.params["title"]) == (first.pk, "Paint both fences")
    assert row.created_at > first.created_at
    assert published.count(row.pk) == 2
    run_jobs()
    assert len(mail.outbox) == 2


def test_a_repetition_comes_back_after_it_was_deleted(api, task, alice, bob):
    """R2: what was deleted is the first change."""
    change(api, task, alice, budget=101)
    services.delete(Notification.objects.get())
    change(api, task, alice, budget=1)
    assert listed(api.as_(bob)) == [("task_terms_changed", False)]


@pytest.mark.parametrize("is_read", [False, True])
def test_who_is_rejected_again_reads_so_last(
    api, task, alice, bob, mallory, staff, run_jobs, is_read
):
    """R1: in the list and by e-mail; in between the application was open again."""
    for worker in (mallory, staff):
        ApplicationFactory(task=task, applicant=worker)
    base = f"/api/tasks/{task.pk}"
    api.as_(alice).post(f"{base}/accept", {"user_id": mallory.pk})
    api.as_(mallory).post(f"{base}/give-back")
    if is_read:
        api.as_(bob).post(f"{URL}/read-all")
    api.as_(alice).post(f"{base}/accept", {"user_id": staff.pk})
    kinds = [kind for kind, _is_read in listed(api.as_(bob))]
    rejected, reopened = "application_rejected", "task_reopened"
    assert kinds == [rejected, reopened, rejected]
    run_jobs()
    subjects = [email.subject for email in mail.outbox if bob.email in email.to]
    assert [subject.partition(":")[0] for subject in subjects] == [
        "Application not accepted",
        "Open again",
        "Application not accepted",
    ]


def test_a_digest_shows_what_was_repeated_since(alice, bob, task):
    """B2: the one that was held goes on as the newer one."""
    first = notify(alice, "application_received", subject=task, actor=bob, **PARAMS)
    EmailRecord.objects.create(notification=first, recipient=alice, is_held=True)
    services.mark_read(first)
    new = PARAMS | {"title": "Paint both fences"}
    row = notify(alice, "application_received", subject=task, actor=bob, **new)
    assert EmailRecord.objects.get().notification == row


def test_a_third_event_renews_the_notification_of_the_second(alice, bob, task):
    """B2: the key of the day has gone over to it."""
    for _time in range(3):
        notify(alice, "application_received", subject=task, actor=bob, **PARAMS)
        if _time == 0:
            services.mark_all_read(alice)
    unread = Notification.objects.visible_to(alice).unread()
    assert (Notification.objects.count(), unread.count()) == (2, 1)
