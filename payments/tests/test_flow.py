"""A payment from the first click to the payout, on the sandbox."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments import ledger, services
from payments.models import Entry, Journal, Payment, PayoutAccount
from payments.models.ledger import Account
from payments.providers import sandbox
from payments.services import Payable
from payments.tests.factories import payable_account

pytestmark = pytest.mark.django_db


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
    assert unbalanced() == []


def test_a_release_reads_the_payment_and_the_account_once(payment, alice):
    """Read twice, the account could be another the second time: nobody would pay."""
    with CaptureQueriesContext(connection) as queries:
        services.release("task", 7, actor=alice)
    sources = [query["sql"].partition("FROM")[2].split()[:1] for query in queries]
    for table in ("payments_payment", "payments_payoutaccount"):
        assert sources.count([f'"{table}"']) == 1


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
