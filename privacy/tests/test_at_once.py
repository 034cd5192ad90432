"""Two requests at once have one effect."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts import erasure
from accounts.models import SecurityEvent, User
from core.exceptions import DomainError
from privacy import erasure as privacy
from privacy import services
from privacy.models import Export
from tasks.tests.factories import ApplicationFactory
from tasks.workflow import TASK_WORKFLOW

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="needs PostgreSQL: real threads"
    ),
]


def at_once(*calls) -> list:
    """What the calls return, all made at the same time; None for a refusal."""

    def run(call):
        try:
            return call()
        except DomainError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_one_export_is_queued(alice):
    """A16: of eight requests at once."""
    found = at_once(*[lambda: services.request(alice)] * 8)
    assert sum(export is not None for export in found) == 1
    assert Export.objects.count() == 1


def test_an_account_is_deleted_once(alice):
    """A16: of six requests at once, with one e-mail and one entry."""
    at_once(*[lambda: erasure.schedule(alice)] * 6)
    assert SecurityEvent.objects.filter(type="erasure_requested").count() == 1


def test_nobody_leaves_who_is_accepted_in_this_moment(alice, bob):
    """A16: either the deal or the deletion comes first."""
    for _round in range(5):
        task = ApplicationFactory(applicant=bob, task__creator=alice).task
        accepted, left = at_once(
            lambda task=task: TASK_WORKFLOW.run(
                "accept", task, actor=alice, user_id=bob.pk
            ),
            lambda: erasure.schedule(bob),
        )
        assert (accepted is None) != (left is None)
        User.objects.filter(pk=bob.pk).update(is_active=True, erasure_due_at=None)
        task.refresh_from_db()
        if task.assigned_to_id:
            TASK_WORKFLOW.run("cancel", task, actor=alice)


def test_two_workers_erase_one_account(alice):
    """A16: without an error."""
    at = timezone.now()
    alice = erasure.schedule(alice, at=at)
    found = at_once(*[lambda: privacy.erase(alice, at=at)] * 3)
    assert True in found
    assert User.objects.get(pk=alice.pk).erased_at is not None
