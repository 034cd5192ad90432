"""Disputes about much money are settled by two members of staff."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory, suspend
from core.exceptions import NotAllowed, WrongStatus
from payments import approvals
from payments.exceptions import PayeeNotReady, SecondApproverNeeded
from payments.models import Payment, StaffRequest
from payments.tests.factories import payable_account
from tasks import payments
from tasks.models import TaskRequest
from tasks.settlements import decide
from tasks.tests.factories import TaskFactory
from tasks.tests.paying import held, work
from tasks.workflow import TASK_WORKFLOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings):
    settings.PAYMENT_SECOND_APPROVER_CENTS = 3000
    settings.DISPUTE_RESPONSE_DAYS = 0  # staff may decide at once


@pytest.fixture
def first():
    return UserFactory(is_staff=True)


@pytest.fixture
def second():
    return UserFactory(is_staff=True)


def assign(task) -> None:
    """Give the task to somebody who can be paid, for 50."""
    worker = UserFactory()
    payable_account(worker)
    task.status, task.assigned_to = "assigned", worker
    task.agreed_price, task.assigned_at = 50, timezone.now()
    task.save()


@pytest.fixture
def paid() -> TaskRequest:
    """An assigned task of 50, whose payment is held."""
    task = TaskFactory()
    assign(task)
    held(task)
    return task


@pytest.fixture
def disputed(paid) -> TaskRequest:
    """A disputed task of 50, whose payment is frozen."""
    TASK_WORKFLOW.run("mark-done", paid, actor=paid.assigned_to)
    return TASK_WORKFLOW.run("dispute", paid, actor=paid.creator, reason="No.")


def ask(task, staff, name="settle-split") -> StaffRequest:
    data = {"worker_amount": Decimal("30.00")} if name == "settle-split" else {}
    with pytest.raises(SecondApproverNeeded):
        decide(name, task, actor=staff, reason="Seen.", **data)
    return StaffRequest.objects.get()


def approve(request, actor):
    return approvals.REQUEST_WORKFLOW.run("approve", request, actor=actor, reason="Ok")


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("settle-for-worker", ("completed", "released")),
        ("settle-for-creator", ("cancelled", "refunded")),
        ("settle-split", ("completed", "partly_refunded")),
        ("cancel-by-staff", ("cancelled", "refunded")),
    ],
)
def test_a_settlement_of_much_money_waits_for_a_second_person(
    disputed, first, second, name, ends
):
    """E18: nothing moves before, and all of it afterwards."""
    request = ask(disputed, first, name)
    disputed.refresh_from_db()
    assert (disputed.status, Payment.objects.get().status) == ("disputed", "frozen")
    approve(request, second)
    work()
    disputed.refresh_from_db()
    assert (disputed.status, Payment.objects.get().status) == ends


def test_one_person_does_not_approve_their_own_settlement(disputed, first):
    """E18."""
    with pytest.raises(NotAllowed):
        approve(ask(disputed, first), first)


def test_a_party_of_the_task_approves_no_settlement(disputed, first):
    """E18."""
    request = ask(disputed, first)
    disputed.creator.is_staff = True
    disputed.creator.save()
    with pytest.raises(NotAllowed):
        approve(request, disputed.creator)


def test_a_settlement_is_asked_for_once(disputed, first, second):
    ask(disputed, first)
    ask(disputed, second, "settle-for-worker")
    assert StaffRequest.objects.get().requested_by == first


def test_a_request_for_a_task_that_was_settled_is_refused(
    disputed, first, second, settings
):
    request = ask(disputed, first)
    settings.PAYMENT_SECOND_APPROVER_CENTS = 10_000
    decide("settle-for-worker", disputed, actor=second, reason="Seen.")
    with pytest.raises(WrongStatus):
        approve(request, second)
    request.refresh_from_db()
    assert request.status == "waiting"


def test_a_request_moves_no_later_payment_of_the_task(paid, first, second):
    """E18: what was asked about one payment is not done with another."""
    request = ask(paid, first, "cancel-by-staff")
    task = TASK_WORKFLOW.run("give-back", paid, actor=paid.assigned_to)
    work()
    assign(task)
    later = held(task)
    with pytest.raises(WrongStatus):
        approve(request, second)
    later.refresh_from_db()
    assert later.status == "held"


def test_little_money_is_settled_by_one(disputed, first, settings):
    settings.PAYMENT_SECOND_APPROVER_CENTS = 5000
    assert decide("settle-for-worker", disputed, actor=first, reason="Seen.").is_over


def test_the_admin_says_that_a_settlement_waits(disputed, administrator):
    path = f"/admin/tasks/taskrequest/{disputed.pk}/action/settle-split/"
    data = {"reason": "Half", "worker_amount": "20.00"}
    answer = administrator.post(path, data, follow=True)
    assert "The request waits for them." in answer.content.decode()
    assert StaffRequest.objects.get().action == "task.settle-split"


# --- After a decision about the payment itself ----------------------------------------


@pytest.fixture
def alone(settings):
    """One member of staff suffices."""
    settings.PAYMENT_SECOND_APPROVER_CENTS = 0


def decide_on_payment(task, staff, name) -> None:
    payment = Payment.objects.get(subject_id=task.pk)
    approvals.act(payment, actor=staff, action=name, reason="Seen.")
    work()


@pytest.mark.parametrize(
    ("on_payment", "on_task"),
    [
        ("release-by-staff", "settle-for-creator"),
        ("release-by-staff", "cancel-by-staff"),
        ("refund-by-staff", "settle-for-worker"),
    ],
)
def test_a_task_is_not_settled_against_its_payment(
    disputed, first, alone, on_payment, on_task
):
    """E18: what has the money does not read otherwise."""
    decide_on_payment(disputed, first, on_payment)
    with pytest.raises(WrongStatus, match="before"):
        decide(on_task, disputed, actor=first, reason="Seen.")
    disputed.refresh_from_db()
    assert disputed.status == "disputed"


@pytest.mark.parametrize(
    ("on_payment", "on_task", "status"),
    [
        ("release-by-staff", "settle-for-worker", "completed"),
        ("refund-by-staff", "settle-for-creator", "cancelled"),
        ("refund-by-staff", "cancel-by-staff", "cancelled"),
    ],
)
def test_a_task_is_settled_as_its_payment_was(
    disputed, first, alone, on_payment, on_task, status
):
    decide_on_payment(disputed, first, on_payment)
    assert decide(on_task, disputed, actor=first, reason="Seen.").status == status


@pytest.mark.parametrize(
    ("on_payment", "name", "status"),
    [
        ("release-by-staff", "cancel", None),
        ("release-by-staff", "give-back", None),
        ("refund-by-staff", "cancel", "cancelled"),
        ("refund-by-staff", "give-back", "open"),
    ],
)
def test_the_parties_do_not_undo_what_staff_decided(
    paid, first, alone, on_payment, name, status
):
    """Who gives a task back does not keep the money for it."""
    decide_on_payment(paid, first, on_payment)
    actor = paid.creator if name == "cancel" else paid.assigned_to
    if status is None:
        with pytest.raises(WrongStatus):
            TASK_WORKFLOW.run(name, paid, actor=actor)
    else:
        assert TASK_WORKFLOW.run(name, paid, actor=actor).status == status


@pytest.mark.parametrize("name", ["confirm", "auto-confirm"])
def test_work_is_confirmed_after_a_release_by_staff(paid, first, alone, name):
    decide_on_payment(paid, first, "release-by-staff")
    task = TASK_WORKFLOW.run("mark-done", paid, actor=paid.assigned_to)
    actor = paid.creator if name == "confirm" else None
    assert TASK_WORKFLOW.run(name, task, actor=actor).status == "completed"


def test_a_refund_to_an_earlier_worker_binds_no_later_one(paid, first, alone):
    """The later one is paid in cash."""
    decide_on_payment(paid, first, "refund-by-staff")
    task = TASK_WORKFLOW.run("give-back", paid, actor=paid.assigned_to)
    assign(task)
    task = TASK_WORKFLOW.run("mark-done", task, actor=task.assigned_to)
    assert TASK_WORKFLOW.run("confirm", task, actor=task.creator).is_over


@pytest.mark.parametrize("name", ["start", "mark-done"])
def test_work_goes_on_after_a_release_by_staff(paid, first, alone, name):
    """It is paid: also where the work waits for the money."""
    TaskRequest.objects.filter(pk=paid.pk).update(payment_required=True)
    decide_on_payment(paid, first, "release-by-staff")
    later = timezone.now() + timedelta(days=99)
    assert not TaskRequest.objects.unpaid(at=later).exists()
    TASK_WORKFLOW.run(name, paid, actor=paid.assigned_to)


@pytest.mark.parametrize("is_pending", [True, False])
def test_a_suspended_worker_is_not_paid(is_pending):
    """E12: neither a new payment nor one that has begun."""
    task = TaskFactory()
    assign(task)
    if is_pending:
        payments.start(task, actor=task.creator)
    suspend(User.objects.filter(pk=task.assigned_to_id))
    with pytest.raises(PayeeNotReady):
        payments.start(task, actor=task.creator)
