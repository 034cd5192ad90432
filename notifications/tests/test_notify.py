"""One call tells one person of one event, or nobody."""

import pytest
from django.core import mail
from django.db import transaction

from accounts import services as accounts
from jobs.models import Job
from notifications import services
from notifications.models import Notification
from notifications.services import notify
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
PARAMS = {"name": "Worker", "title": "Paint the fence", "days": 14}


def tell(recipient, **more):
    return notify(recipient, "task_done", **PARAMS | more)


def test_it_writes_the_row_and_the_letter(alice, bob, run_jobs):
    task = TaskFactory(creator=alice)
    row = tell(alice, subject=task, actor=bob)
    assert (row.subject_type, row.subject_id) == ("task", task.pk)
    assert run_jobs() == ["notifications.deliver", "jobs.send_mail"]
    [render_email] = mail.outbox
    assert render_email.to == ["alice@example.com"]
    assert render_email.subject == "Please confirm: Paint the fence"


def test_nothing_remains_of_what_was_rolled_back(alice):
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Job.objects.exists()


def test_nobody_is_told_what_they_did_themselves(alice):
    assert tell(alice, actor=alice) is None
    assert not Job.objects.exists()


def test_the_suspended_are_told_nothing(alice, staff):
    accounts.suspend(alice, actor=staff, reason="Spam.")
    assert tell(alice) is None


def test_who_is_suspended_meanwhile_gets_no_letter(alice, staff, run_jobs):
    tell(alice)
    accounts.suspend(alice, actor=staff, reason="Spam.")
    run_jobs()
    assert mail.outbox == []


def test_of_one_key_the_first_counts(alice, run_jobs):
    assert tell(alice, dedup_key="done:1")
    assert tell(alice, dedup_key="done:1") is None
    assert tell(alice, dedup_key="done:2")
    run_jobs()
    assert len(mail.outbox) == 2


def test_what_was_deleted_is_not_told_again(alice):
    services.delete(tell(alice, dedup_key="done:1"))
    assert tell(alice, dedup_key="done:1") is None


def test_who_wants_no_letters_finds_it_in_the_list_alone(alice, run_jobs):
    services.set_preference(alice, "tasks", email=False)
    assert tell(alice).in_app
    assert run_jobs() == []


def test_who_wants_letters_alone_has_no_row_in_the_list(api, alice, run_jobs):
    services.set_preference(alice, "tasks", in_app=False)
    tell(alice)
    run_jobs()
    assert len(mail.outbox) == 1
    assert api.as_(alice).get("/api/notifications").json()["notifications"] == []


def test_who_wants_neither_is_told_nothing(alice):
    services.set_preference(alice, "tasks", in_app=False, email=False)
    assert tell(alice) is None
    assert not Notification.objects.exists()


def test_letters_refused_before_they_are_written_are_not(alice, run_jobs):
    tell(alice)
    services.set_preference(alice, "tasks", email=False)
    run_jobs()
    assert mail.outbox == []


def test_an_unknown_kind_is_an_error(alice):
    with pytest.raises(LookupError):
        notify(alice, "no_such_kind")


def test_a_person_without_an_address_gets_no_letter(alice, run_jobs):
    alice.email = None
    alice.save()
    tell(alice)
    assert run_jobs() == ["notifications.deliver"]
