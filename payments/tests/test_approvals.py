"""Decisions of staff about much money need a second, impartial member of staff."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus
from payments import approvals, permissions, services
from payments.exceptions import PaymentDisputed, SecondApproverNeeded
from payments.models import Payment, StaffRequest
from payments.providers import sandbox
from payments.tests.factories import PaymentFactory
from payments.tests.histories import History
from payments.workflow import PAYMENT_WORKFLOW

pytestmark = pytest.mark.django_db
LIMIT = 3000  # below the price of every payment of a `History`


@pytest.fixture(autouse=True)
def limit(settings):
    settings.PAYMENT_SECOND_APPROVER_CENTS = LIMIT


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


@pytest.fixture
def payment(history) -> Payment:
    return history.held()


@pytest.fixture
def second(db):
    return UserFactory(username="second", is_staff=True)


def ask(payment, staff, action="release-by-staff", **params) -> StaffRequest:
    return approvals.act(payment, actor=staff, action=action, reason="Done.", **params)


def approve(request, actor):
    return approvals.REQUEST_WORKFLOW.run("approve", request, actor=actor, reason="Ok")


def test_a_large_release_waits_for_a_second_person(payment, staff, second, history):
    """E18: it is stored, approved by another, and then carried out."""
    request = ask(payment, staff)
    assert (request.status, history.after(payment).status) == ("waiting", "held")
    assert approve(request, second).status == "approved"
    assert history.after(payment).status == "released"


@pytest.mark.parametrize(
    ("action", "params", "status"),
    [
        ("refund-by-staff", {}, "refunded"),
        ("split-by-staff", {"worker_amount": Decimal("10.50")}, "partly_refunded"),
    ],
)
def test_each_decision_is_carried_out_as_it_was_asked_for(
    payment, staff, second, history, action, params, status
):
    """E18: with its parameters."""
    approve(ask(payment, staff, action, **params), second)
    assert history.after(payment).status == status
    if params:
        assert payment.to_payee_cents + payment.commission_cents == 1050


def test_nobody_approves_their_own_request(payment, staff):
    """E18: not as an administrator either."""
    request = ask(payment, staff)
    with pytest.raises(NotAllowed):
        approve(request, staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRequest.objects.update(status="approved", decided_by=staff)


@pytest.mark.parametrize("side", ["payer", "payee"])
def test_a_party_neither_asks_nor_approves(payment, staff, side):
    """E18: the second person is impartial too."""
    party = getattr(payment, side)
    request = ask(payment, staff)
    party.is_staff = True
    party.save()
    with pytest.raises(NotAllowed):
        approve(request, party)
    with pytest.raises(NotAllowed):
        ask(payment, party)


def test_who_is_not_staff_approves_nothing(payment, staff, alice):
    """E18: nor rejects."""
    request = ask(payment, staff)
    for name in ("approve", "reject"):
        with pytest.raises(NotAllowed):
            approvals.REQUEST_WORKFLOW.run(name, request, actor=alice)


def test_one_request_waits_for_a_payment(payment, staff, second):
    """E18: the second one is refused, until the first is decided."""
    request = ask(payment, staff)
    with pytest.raises(SecondApproverNeeded):
        ask(payment, second, "refund-by-staff")
    approvals.REQUEST_WORKFLOW.run("reject", request, actor=staff, reason="No")
    assert ask(payment, second, "refund-by-staff").status == "waiting"


def test_a_request_is_approved_once(payment, staff, second, history):
    """E18: a second approval changes nothing."""
    request = ask(payment, staff)
    approve(request, second)
    with pytest.raises(WrongStatus):
        approve(request, UserFactory(is_staff=True))
    history.run_jobs()
    assert payment.calls.filter(kind="transfer").count() == 1


def test_what_the_parties_decided_meanwhile_stands(payment, staff, second, history):
    """E18: the request fails then, and still waits to be rejected."""
    request = ask(payment, staff, "refund-by-staff")
    services.release("task", payment.subject_id, actor=payment.payer)
    with pytest.raises(WrongStatus):
        approve(request, second)
    request.refresh_from_db()
    assert (request.status, request.decided_by) == ("waiting", None)
    assert history.after(payment).status == "released"


def test_a_small_amount_is_decided_by_one(payment, staff, history, settings):
    """E18: up to the limit, and without one."""
    for limit in (payment.price_cents, 0):
        settings.PAYMENT_SECOND_APPROVER_CENTS = limit
        other = history.held() if limit == 0 else payment
        if limit:
            settings.PAYMENT_SECOND_APPROVER_CENTS = other.price_cents
        assert isinstance(ask(other, staff), Payment)
        assert history.after(other).status == "released"


def test_the_audit_log_names_both(payment, staff, second):
    """E18: who asked, who approved, and why."""
    approve(ask(payment, staff), second)
    entries = AuditLogEntry.objects.order_by("id")
    assert [(e.actor.username, e.action, e.reason) for e in entries] == [
        ("staff", "request", "Done."),
        ("second", "release-by-staff", "Done."),
        ("second", "approve", "Ok"),
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("release", {}),
        ("refund", {}),
        ("split", {"worker_amount": Decimal(10)}),
        ("release-by-staff", {}),
    ],
)
def test_no_other_way_goes_round_it(payment, staff, name, data):
    """E18: the effect itself refuses, wherever it is called."""
    with pytest.raises(SecondApproverNeeded):
        PAYMENT_WORKFLOW.run(name, payment, actor=staff, **data)
    with pytest.raises(SecondApproverNeeded):
        services.refund("task", payment.subject_id, actor=staff)
    assert not payment.journals.filter(kind="decision").exists()


def test_a_waiting_request_allows_its_author_nothing(payment, staff):
    """E18: only while another one carries it out."""
    ask(payment, staff)
    with pytest.raises(SecondApproverNeeded):
        services.release("task", payment.subject_id, actor=staff)


def test_payer_and_scheduler_decide_without_staff(history):
    """E18: whatever the amount."""
    first, other = history.held(), history.held()
    services.release("task", first.subject_id, actor=first.payer)
    services.release("task", other.subject_id, actor=None)
    assert history.after(first).status == history.after(other).status == "released"


def test_what_cannot_be_is_refused_before_it_is_stored(payment, staff, history):
    """E18: 400 for a wrong part, 409 while the bank has it or for an ended one."""
    with pytest.raises(ValidationFailed):
        ask(payment, staff, "split-by-staff", worker_amount=Decimal(4000))
    sandbox.open_dispute(payment.reference)
    history.run_jobs()
    with pytest.raises(PaymentDisputed):
        ask(payment, staff)
    ended = history.make("refunded")
    with pytest.raises(WrongStatus):
        ask(ended, staff)
    assert not StaffRequest.objects.exists()


def test_an_app_above_carries_out_its_own_actions(payment, staff, second, history):
    """E18: as the settlement of a dispute."""
    settled = []

    def settle(payment, *, actor, reason, task_id):
        settled.append(task_id)
        services.release("task", payment.subject_id, actor=actor)

    approvals.register("test.settle", settle)
    request = approvals.require(
        payment, actor=staff, action="test.settle", reason="Done.", task_id=7
    )
    approve(request, second)
    assert (settled, history.after(payment).status) == ([7], "released")
    del approvals.ACTIONS["test.settle"]


def test_a_release_by_staff_waits_for_the_account(payment, staff, second, history):
    """E12, E18: the payee cannot be paid now, and nothing is lost."""
    account = payment.payee.payout_account
    sandbox.set_account(account.account_id, "restricted")
    history.run_jobs()
    approve(ask(payment, staff), second)
    assert history.after(payment).status == "payout_blocked"
    sandbox.set_account(account.account_id, "active")
    assert history.after(payment).status == "released"


@pytest.mark.parametrize(
    ("predicate", "allowed"),
    [
        (permissions.is_party, {"payer", "payee"}),
        (permissions.is_impartial_staff, {"staff"}),
    ],
)
def test_predicates_know_the_people_of_a_payment(staff, mallory, predicate, allowed):
    payer = UserFactory(username="payer", is_staff=True)
    payee = UserFactory(username="payee", is_staff=True)
    gone = UserFactory(username="gone", is_staff=True, is_active=False)
    payment = PaymentFactory(payer=payer, payee=payee)
    people = (payer, payee, staff, mallory, gone)
    assert {each.username for each in people if predicate(payment, each)} == allowed
    assert not predicate(payment, None)
