"""A task and its payment at once, on PostgreSQL: money goes one way, and once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from payments import ledger
from payments.models import Payment, SandboxObject
from payments.providers import sandbox
from payments.tests.factories import payable_account
from tasks import jobs, payments
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory
from tasks.tests.paying import held, started, work
from tasks.workflow import TASK_WORKFLOW
from tests.test_races import AT_ONCE, at_once

ROUNDS = 5
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def accepted(**more) -> TaskRequest:
    """A task that has to be paid, and was accepted long ago."""
    worker = UserFactory()
    payable_account(worker)
    return TaskFactory(
        assigned=True,
        assigned_to=worker,
        agreed_price=50,
        assigned_at=timezone.now() - timedelta(days=2),
        **more,
    )


def run(name, task, actor):
    return lambda: TASK_WORKFLOW.run(name, task, actor=actor)


def test_of_many_clicks_one_payment_comes():
    """E16: the constraint refuses no click: each gets the same payment."""
    task = accepted()
    outcomes = at_once(
        *(lambda: payments.start(task, actor=task.creator) for _ in range(AT_ONCE))
    )
    assert outcomes == {"done": AT_ONCE}
    assert Payment.objects.count() == 1


def test_a_confirmation_and_a_cancellation_move_the_money_one_way():
    """E11: released or refunded, and never both."""
    staff = UserFactory(is_staff=True)
    for _ in range(ROUNDS):
        task = accepted()
        payment = held(task)
        TASK_WORKFLOW.run("mark-done", task, actor=task.assigned_to)
        outcomes = at_once(
            run("confirm", task, task.creator), run("cancel-by-staff", task, staff)
        )
        work()
        payment.refresh_from_db()
        assert outcomes["done"] == 1
        assert payment.status in ("released", "refunded")
        assert payment.transferred_cents + payment.refunded_cents in (4500, 5000)
        assert ledger.held_cents(payment) == 0


def test_money_that_arrives_while_the_task_is_opened_again_is_not_lost():
    """E19: held with its worker, or refunded with the task open."""
    for _ in range(ROUNDS):
        task = accepted(payment_required=True)
        payment = started(task)
        sandbox.pay(payment.intent_id)
        at_once(lambda: jobs.reopen_unpaid_tasks(timezone.now(), dry_run=False), work)
        work()
        task.refresh_from_db()
        payment.refresh_from_db()
        assert (task.status, payment.status) in (
            ("assigned", "held"),
            ("open", "refunded"),
        )


def test_work_that_is_marked_while_the_money_arrives_shows_when_it_goes():
    """Either of the two finds what the other has written."""
    for _ in range(ROUNDS):
        task = accepted()
        payment = started(task)
        sandbox.pay(payment.intent_id)
        at_once(run("mark-done", task, task.assigned_to), work)
        work()
        payment.refresh_from_db()
        assert payment.status == "held"
        assert payment.auto_release_at is not None
    assert SandboxObject.objects.filter(kind="intent").count() == ROUNDS
