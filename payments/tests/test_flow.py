"""A payment from the first click to the payout, on the sandbox."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.exceptions import ValidationFailed
from payments import effects, ledger, services
from payments.exceptions import PaymentDisputed
from payments.models import Entry, Journal, Payment, PayoutAccount
from payments.models.ledger import Account
from payments.providers import sandbox
from payments.services import Payable
from payments.tests.factories import payable_account
from payments.workflow import PAYMENT_WORKFLOW

pytestmark = pytest.mark.django_db
BY_STAFF = [
    ("release-by-staff", {}),
    ("refund-by-staff", {}),
    ("split-by-staff", {"worker_amount": Decimal(30)}),
]


@pytest.fixture
def payment(alice, bob, run_jobs) -> Payment:
    """What Alice pays Bob, held."""
    payable_account(bob)
    started = services.start(
        Payable("task", 7, "Clean the windows", alice, bob, 5000, "EUR")
    )
    run_jobs()
    started.refresh_from_db()
    sandbox.pay(started.intent_id)
    run_jobs()
    started.refresh_from_db()
    return started


def unbalanced() -> list:
    return [
        journal
        for journal in Journal.objects.all()
        if sum(journal.entries.values_list("amount_cents", flat=True))
        or not journal.sealed_at
    ]


def test_a_paid_payment_is_held(payment):
    assert payment.status == "held"
    assert ledger.held_cents(payment) == 5000
    assert (payment.charged_cents, payment.client_secret) == (5000, "")
    assert payment.held_at is not None
    journal = payment.journals.get(kind="charge")
    assert journal.provider_object == payment.charge_id
    amounts = dict(journal.entries.values_list("account", "amount_cents"))
    assert amounts == {Account.PROVIDER_BALANCE: 5000, Account.HELD: -5000}
    assert unbalanced() == []


def test_a_release_reads_the_payment_and_the_account_once(payment, alice):
    """Read twice, the account could be another the second time: nobody would pay."""
    with CaptureQueriesContext(connection) as queries:
        services.release("task", 7, actor=alice)
    sources = [query["sql"].partition("FROM")[2].split()[:1] for query in queries]
    for table in ("payments_payment", "payments_payoutaccount"):
        assert sources.count([f'"{table}"']) == 1


@pytest.mark.parametrize(("name", "data"), BY_STAFF)
def test_staff_decide_nothing_while_the_bank_may_take_it(payment, staff, name, data):
    Payment.objects.filter(pk=payment.pk).update(dispute_status="open")
    with pytest.raises(PaymentDisputed):
        PAYMENT_WORKFLOW.run(name, payment, actor=staff, reason="So.", **data)
    assert not payment.journals.filter(kind="decision").exists()


@pytest.mark.parametrize(("name", "data"), BY_STAFF)
def test_a_decision_stops_the_automatic_release(payment, staff, name, data):
    Payment.objects.filter(pk=payment.pk).update(auto_release_at=timezone.now())
    decided = PAYMENT_WORKFLOW.run(name, payment, actor=staff, reason="So.", **data)
    assert decided.auto_release_at is None


def test_both_get_a_cent_of_a_division_at_least(payment):
    parts = [effects.worker_part(payment, Decimal(a)) for a in ("0.01", "49.99")]
    assert parts == [1, 4999]
    for amount in (-1, 0, 50, 51):
        with pytest.raises(ValidationFailed) as refused:
            effects.worker_part(payment, Decimal(amount))
        assert refused.value.field == "worker_amount"


def test_a_division_is_booked_for_each_side(payment, staff):
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    entries = payment.journals.get(kind="decision").entries.order_by("pk")
    assert [(e.account, e.amount_cents, e.payment, e.person) for e in entries] == [
        (Account.HELD, 5000, payment, None),
        (Account.PAYABLE, -2700, None, payment.payee),
        (Account.FEE_REVENUE, -300, None, None),
        (Account.REFUND_DUE, -2000, payment, None),
    ]
    payment.refresh_from_db()
    assert payment.commission_cents == 300


def test_what_was_never_paid_is_cancelled_at_the_provider(alice, bob, run_jobs):
    payable_account(bob)
    payment = services.start(Payable("task", 8, "Windows", alice, bob, 5000, "EUR"))
    run_jobs()
    services.refund("task", 8, actor=alice)
    payment.refresh_from_db()
    assert (payment.status, payment.client_secret) == ("expired", "")
    assert payment.ended_at is not None
    call = payment.calls.get(kind="cancel_intent")
    assert call.params["intent_id"] == payment.intent_id


def test_a_release_reaches_the_payee_without_the_commission(payment, run_jobs, alice):
    services.release("task", 7, actor=alice)
    run_jobs()
    payment.refresh_from_db()
    assert (payment.status, payment.transferred_cents) == ("released", 4500)
    assert ledger.held_cents(payment) == 0
    assert ledger.balance_of_person(payment.payee, Account.PAYABLE) == 0
    fees = Entry.objects.filter(account=Account.FEE_REVENUE)
    assert [entry.amount_cents for entry in fees] == [-500]
    assert unbalanced() == []


def test_a_refund_reaches_the_payer_in_full(payment, run_jobs, alice):
    services.refund("task", 7, actor=alice)
    run_jobs()
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("refunded", 5000)


def test_staff_divide_it(payment, run_jobs, staff):
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    run_jobs()
    payment.refresh_from_db()
    assert payment.status == "partly_refunded"
    assert (payment.transferred_cents, payment.refunded_cents) == (2700, 2000)


def test_the_payees_part_waits_for_the_account(payment, run_jobs, staff):
    """E12: of a division too; the rest goes back meanwhile."""
    account = PayoutAccount.objects.get()
    sandbox.set_account(account.account_id, "restricted")
    run_jobs()
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    run_jobs()
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_cents) == ("refunding", 2000)
    sandbox.set_account(account.account_id, "active")
    run_jobs()
    payment.refresh_from_db()
    assert (payment.status, payment.transferred_cents) == ("partly_refunded", 2700)


def test_a_part_that_is_refused_on_its_way_is_reported(payment, run_jobs, staff):
    """E12: the account was closed between the decision and the transfer."""
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    sandbox.set_account(PayoutAccount.objects.get().account_id, "restricted")
    run_jobs()
    payment.refresh_from_db()
    assert (payment.status, payment.problem) == ("refunding", "payee_not_payable")
