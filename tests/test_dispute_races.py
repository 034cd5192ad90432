"""A dispute at once, on PostgreSQL: it is filed once, and ends once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from payments.models import Payment
from payments.tests.factories import payable_account
from tasks import jobs
from tasks.disputes import deciding, services
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute
from tasks.tests.factories import DisputeFactory, TaskFactory
from tasks.tests.paying import held, work
from tasks.workflow import TASK_WORKFLOW
from tests.test_races import AT_ONCE, at_once

ROUNDS = 3
WORDS = "Half of it is not done, as the pictures show."
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def judge():
    return UserFactory(is_staff=True, is_superuser=True)


def paid_task():
    worker = UserFactory()
    payable_account(worker)
    task = TaskFactory(
        status="in_progress",
        assigned_to=worker,
        agreed_price=50,
        assigned_at=timezone.now(),
    )
    held(task)
    return task


def filing(task, actor):
    return lambda: services.file(
        task.pk, actor=actor, reason="incomplete", description=WORDS
    )


def heard_dispute() -> Dispute:
    """About held money; the time to answer is over."""
    task = paid_task()
    dispute = filing(task, task.creator)()
    dispute.respond_by = timezone.now() - timedelta(minutes=1)
    dispute.save()
    return dispute


def resolving(dispute, resolution, staff):
    return lambda: deciding.resolve(
        Dispute.objects.get(pk=dispute.pk),
        actor=staff,
        resolution=resolution,
        reason="Seen.",
    )


def money_of(dispute) -> tuple:
    work()
    dispute.refresh_from_db()
    return dispute.resolution, Payment.objects.get(subject_id=dispute.task_id).status


ENDS = {
    ("refund", "refunded"),
    ("pay_worker", "released"),
    ("partial", "partly_refunded"),
    ("cancelled", "refunded"),
}


@pytest.mark.parametrize("status", ["in_progress", "completed"])
def test_a_task_is_disputed_once(status):
    """T13: both sides, several times."""
    task = TaskFactory(
        assigned=True, status=status, completed_at=timezone.now(), agreed_price=50
    )
    people = (task.creator, task.assigned_to)
    outcomes = at_once(*(filing(task, people[n % 2]) for n in range(AT_ONCE)))
    assert outcomes == {"done": 1, "already_disputed": AT_ONCE - 1}
    assert task.disputes.count() == 1


def test_a_dispute_and_a_confirmation_leave_one_outcome():
    """T6: disputed in time, or completed first and then disputed."""
    for _ in range(2 * ROUNDS):
        task = TaskFactory(done=True)
        at_once(
            lambda task=task: TASK_WORKFLOW.run("confirm", task, actor=task.creator),
            filing(task, task.assigned_to),
        )
        task.refresh_from_db()
        assert task.disputes.count() == 1
        assert (task.status == "completed") == (task.completed_at is not None)
        assert task.events.count() == 1  # neither writes over the other


def test_two_members_of_staff_decide_once():
    """S6, T13."""
    for _ in range(ROUNDS):
        dispute = heard_dispute()
        outcomes = at_once(
            resolving(dispute, "refund", judge()),
            resolving(dispute, "pay_worker", judge()),
        )
        assert outcomes == {"done": 1, "invalid_transition": 1}
        assert money_of(dispute) in ENDS


def test_two_members_of_staff_decide_a_completed_task_once():
    """S6."""
    task = TaskFactory(completed=True, agreed_price=50)
    dispute = DisputeFactory(task=task, heard=True)
    outcomes = at_once(
        resolving(dispute, "refund", judge()), resolving(dispute, "cancelled", judge())
    )
    assert outcomes == {"done": 1, "invalid_transition": 1}


def test_an_answer_is_given_once():
    """T13."""
    dispute = DisputeFactory()

    def respond():
        DISPUTE_WORKFLOW.run(
            "respond", dispute, actor=dispute.filed_against, description="All is done."
        )

    outcomes = at_once(*[respond] * AT_ONCE)
    assert outcomes == {"done": 1, "invalid_transition": AT_ONCE - 1}


def test_an_agreement_and_a_decision_leave_one_outcome():
    """T13, E11: the money follows the one that came first."""
    for cents in (0, 2000, 5000):
        dispute = heard_dispute()
        made = deciding.offer(dispute, actor=dispute.filed_by, worker_cents=cents)
        outcomes = at_once(
            lambda dispute=dispute, made=made: deciding.accept(
                dispute, made.pk, actor=dispute.filed_against
            ),
            resolving(dispute, "pay_worker", judge()),
        )
        assert outcomes == {"done": 1, "invalid_transition": 1}
        assert money_of(dispute) in ENDS


def test_an_offer_that_is_withdrawn_at_once_is_accepted_or_not():
    """T6."""
    for _ in range(ROUNDS):
        dispute = heard_dispute()
        made = deciding.offer(dispute, actor=dispute.filed_by, worker_cents=1000)
        outcomes = at_once(
            lambda dispute=dispute, made=made: deciding.accept(
                dispute, made.pk, actor=dispute.filed_against
            ),
            lambda dispute=dispute: deciding.offer(
                dispute, actor=dispute.filed_by, worker_cents=500
            ),
        )
        assert outcomes == {"done": 1, "invalid_transition": 1}
        dispute.refresh_from_db()
        assert dispute.worker_cents in (None, 1000)


def test_an_answer_and_the_clock_do_not_wait_for_each_other():
    """T7: both lock the task first."""
    for _ in range(ROUNDS):
        dispute = heard_dispute()
        outcomes = at_once(
            lambda dispute=dispute: DISPUTE_WORKFLOW.run(
                "respond",
                dispute,
                actor=dispute.filed_against,
                description="All is done.",
            ),
            lambda: jobs.review_unanswered_disputes(timezone.now(), dry_run=False),
            lambda: jobs.escalate_disputes(
                timezone.now() + timedelta(days=31), dry_run=False
            ),
        )
        assert outcomes == {"done": 3}
        dispute.refresh_from_db()
        assert dispute.status == "under_review"
        assert dispute.responded_at is not None
