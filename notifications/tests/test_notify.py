"""`notify` creates one notification for one person, or none."""

import pytest
from django.core import mail
from django.db import transaction

from accounts import moderation
from jobs.models import Job
from notifications import services
from notifications.models import Notification
from notifications.services import notify
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
PARAMS = {"name": "Worker", "title": "Paint the fence", "days": 14}


def notify_done(recipient, **more):
    return notify(recipient, "task_done", **PARAMS | more)


def test_notify_writes_the_row_and_sends_an_email(alice, bob, run_jobs):
    task = TaskFactory(creator=alice)
    row = notify_done(alice, subject=task, actor=bob)
    assert (row.subject_type, row.subject_id) == ("task", task.pk)
    assert run_jobs() == ["notifications.deliver", "jobs.send_mail"]
    [email] = mail.outbox
    assert email.to == ["alice@example.com"]
    assert email.subject == "Please confirm: Paint the fence"


def test_rollback_removes_notification_and_job(alice):
    with transaction.atomic():
        notify_done(alice)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Job.objects.exists()


def test_actor_is_not_notified_of_own_action(alice):
    assert notify_done(alice, actor=alice) is None
    assert not Job.objects.exists()


def test_suspended_person_is_not_notified(alice, staff):
    moderation.suspend(alice, actor=staff, reason="Spam.")
    assert notify_done(alice) is None


def test_person_suspended_before_delivery_gets_no_email(alice, staff, run_jobs):
    notify_done(alice)
    moderation.suspend(alice, actor=staff, reason="Spam.")
    run_jobs()
    subjects = [letter.subject.partition(": ")[2] for letter in mail.outbox]
    assert subjects == ["Your account is suspended"]  # and why


def test_dedup_key_is_notified_once(alice, run_jobs):
    assert notify_done(alice, dedup_key="done:1")
    assert notify_done(alice, dedup_key="done:1") is None
    assert notify_done(alice, dedup_key="done:2")
    run_jobs()
    assert len(mail.outbox) == 2


def test_deleted_notification_keeps_its_dedup_key(alice):
    services.delete(notify_done(alice, dedup_key="done:1"))
    assert notify_done(alice, dedup_key="done:1") is None


def test_without_email_preference_it_is_in_the_list_alone(alice, run_jobs):
    services.set_preference(alice, "tasks", email=False)
    assert notify_done(alice).in_app
    assert run_jobs() == []


def test_with_email_only_preference_it_is_not_in_the_list(api, alice, run_jobs):
    services.set_preference(alice, "tasks", in_app=False)
    notify_done(alice)
    run_jobs()
    assert len(mail.outbox) == 1
    assert api.as_(alice).get("/api/notifications").json()["notifications"] == []


def test_without_any_channel_there_is_no_notification(alice):
    services.set_preference(alice, "tasks", in_app=False, email=False)
    assert notify_done(alice) is None
    assert not Notification.objects.exists()


def test_unsubscribing_before_delivery_stops_the_email(alice, run_jobs):
    notify_done(alice)
    services.set_preference(alice, "tasks", email=False)
    run_jobs()
    assert mail.outbox == []


def test_unknown_kind_is_an_error(alice):
    with pytest.raises(LookupError):
        notify(alice, "no_such_kind")


def test_person_without_an_address_gets_no_email(alice, run_jobs):
    alice.email = None
    alice.save()
    notify_done(alice)
    assert run_jobs() == ["notifications.deliver"]
