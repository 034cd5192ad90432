"""A payment from the first click to the payout, on the sandbox."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditLogEntry
from core.exceptions import NotAllowed, ValidationFailed
from notifications.models import Notification
from payments import effects, ledger, services
from payments.exceptions import PaymentDisputed
from payments.models import Entry, Journal, Payment, PayoutAccount
from payments.models.ledger import Account
from payments.providers import sandbox
from payments.providers.base import Dispute
from payments.services import Payable
from payments.tests.factories import PaymentFactory, payable_account
from payments.tests.histories import History
from payments.workflow import PAYMENT_WORKFLOW

pytestmark = pytest.mark.django_db
BY_STAFF = [
    ("release-by-staff", {}),
    ("refund-by-staff", {}),
    ("split-by-staff", {"worker_amount": Decimal(30)}),
]
BY_SUBJECT = [
    ("release", {}),
    ("refund", {}),
    ("split", {"worker_amount": Decimal(30)}),
]


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


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


def lines_of(payment: Payment, kind: str) -> list[tuple]:
    """The account, amount, payment and person of each entry of a first journal."""
    entries = payment.journals.filter(kind=kind).last().entries.order_by("pk")
    return [(e.account, e.amount_cents, e.payment, e.person) for e in entries]


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


@pytest.mark.parametrize("status", ["held", "frozen"])
@pytest.mark.parametrize(("name", "data"), [*BY_STAFF, *BY_SUBJECT])
def test_what_is_held_or_frozen_is_decided(payment, staff, name, data, status):
    """It is in the history, and in the audit log if staff chose it for the payment."""
    if status == "frozen":
        services.freeze("task", 7, actor=None)
    decided = PAYMENT_WORKFLOW.run(name, payment, actor=staff, reason="So.", **data)
    entry = (staff, name, status, decided.status, "So.")
    event = payment.events.first()
    assert (event.actor, event.name, event.old, event.new, event.reason) == entry
    log = AuditLogEntry.objects.values_list("action", "before", "after", "reason")
    assert list(log.filter(actor=staff)) == ([entry[1:]] if "staff" in name else [])


@pytest.mark.parametrize(("name", "data"), BY_STAFF)
def test_a_party_decides_nothing_as_staff(payment, alice, name, data):
    alice.is_staff = True
    with pytest.raises(NotAllowed):
        PAYMENT_WORKFLOW.run(name, payment, actor=alice, reason="So.", **data)


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


def test_both_are_notified_of_a_division_and_why(payment, staff):
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    rows = Notification.objects.filter(kind__startswith="payment_divided")
    assert {(row.kind, row.recipient, row.params["reason"]) for row in rows} == {
        ("payment_divided", payment.payer, "Half"),
        ("payment_divided_worker", payment.payee, "Half"),
    }


def test_the_api_offers_no_decision_about_a_payment(payment, staff):
    for person in (payment.payer, payment.payee, staff):
        assert PAYMENT_WORKFLOW.available_to(payment, person) == []


def test_a_part_that_is_all_commission_is_not_transferred(payment, staff):
    Payment.objects.update(fee_bps=6000, fee_min_cents=0)
    amount = Decimal("0.01")
    services.split("task", 7, actor=staff, worker_amount=amount, reason="Nearly none")
    assert [call.kind for call in payment.calls.all()] == ["refund", "create_intent"]


def test_a_division_is_booked_for_each_side(payment, staff):
    services.split("task", 7, actor=staff, worker_amount=Decimal(30), reason="Half")
    assert lines_of(payment, "decision") == [
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


def test_a_call_that_was_never_sent_is_taken_back(alice, bob):
    """Of one that is on its way nothing can be cancelled yet."""
    payable_account(bob)
    sent = {"state": "sending", "first_sent_at": timezone.now()}
    for number, changes, code in ((8, {"state": "new"}, "withdrawn"), (9, sent, "")):
        thing = Payable("task", number, "Windows", alice, bob, 5000, "EUR")
        payment = services.start(thing)
        payment.calls.update(**changes)
        services.refund("task", number, actor=alice)
        assert [call.error_code for call in payment.calls.all()] == [code]


def test_money_goes_to_an_account_that_takes_it(db):
    payment = PaymentFactory()
    assert not effects.is_payable(payment)
    account = payable_account(payment.payee, "restricted")
    assert not effects.is_payable(payment)
    account.status = "active"
    account.save()
    assert effects.is_payable(payment)


def test_a_freeze_stops_the_automatic_release(payment, alice):
    Payment.objects.filter(pk=payment.pk).update(auto_release_at=timezone.now())
    assert services.freeze("task", 7, actor=alice).auto_release_at is None


@pytest.mark.parametrize(
    "ending", ["released", "refunded", "partly_refunded", "recovering"]
)
def test_an_ended_payment_says_since_when(history, ending):
    assert history.make(ending).ended_at is not None


def test_a_release_that_waited_is_of_what_was_owed(history):
    """To the account of its payee, of all accounts."""
    payment = history.make("payout_blocked")
    other = history.make("payout_blocked")
    sandbox.set_account(payment.payee.payout_account.account_id, "active")
    assert history.after(payment).status == "released"
    assert history.after(other).status == "payout_blocked"
    for account in (Account.PAYABLE, Account.RECOVERABLE):
        assert ledger.balance_of_person(payment.payee, account) == 0
    [entry] = payment.journals.get(kind="transfer").entries.exclude(person=None)
    assert entry.account == Account.PAYABLE


# --- Disputes of the payer's bank -----------------------------------------------------


def test_a_lost_dispute_may_be_overturned_and_lost_again(history):
    """E14: each is booked, between what is held and what the bank has."""
    payment = history.make("lost")
    price, dispute = payment.price_cents, payment.dispute_id
    assert payment.ended_at is not None
    assert lines_of(payment, "dispute_lost") == [
        (Account.HELD, price, payment, None),
        (Account.DISPUTE_PENDING, -price, payment, None),
    ]
    sandbox.close_dispute(dispute, is_won=True)
    assert history.after(payment).ended_at is None
    assert lines_of(payment, "dispute_overturned") == [
        (Account.DISPUTE_PENDING, price, payment, None),
        (Account.HELD, -price, payment, None),
    ]
    sandbox.close_dispute(dispute, is_won=False)
    assert history.after(payment).status == "lost"
    decided = payment.journals.exclude(kind__in=("charge", "provider_fee"))
    assert set(decided.values_list("provider_object", flat=True)) == {dispute}
    assert decided.filter(kind="dispute_lost").count() == 2


def test_a_dispute_that_is_first_heard_of_when_it_is_lost_is_owed(history):
    """E13: by the payee, without the commission, which we lose."""
    payment = history.make("released")
    dispute = sandbox.open_dispute(payment.reference)
    sandbox.close_dispute(dispute, is_won=False)
    assert history.after(payment).status == "lost"
    assert payment.ended_at is not None
    assert lines_of(payment, "dispute_lost") == [
        (Account.RECOVERABLE, payment.net_cents, None, payment.payee),
        (Account.CHARGEBACK_LOSS, payment.fee_cents, None, None),
        (Account.DISPUTE_PENDING, -payment.price_cents, payment, None),
    ]
    assert payment.journals.get(kind="dispute_lost").provider_object == dispute


def test_a_transfer_is_taken_back_each_time_it_is_contested(history):
    """E13: of the last transfer, what of it is still with the payee."""
    payment = history.make("rewon")
    last = payment.calls.filter(kind="transfer").first()
    dispute = Dispute("dp_2", "open", payment.price_cents, "EUR", payment.reference)
    recovering = PAYMENT_WORKFLOW.run("recover", payment, actor=None, dispute=dispute)
    assert recovering.ended_at is None
    call = payment.calls.get(kind="reverse", purpose="dp_2")
    assert call.params["amount_cents"] == payment.net_cents
    assert call.params["transfer_id"] == last.provider_id


def test_of_what_never_arrived_nothing_is_taken_back():
    payment = PaymentFactory(status="released")
    dispute = Dispute("dp_1", "open", 5000, "EUR", payment.reference)
    effects.recover(payment, actor=None, dispute=dispute)
    assert not payment.calls.exists()


def test_a_dispute_that_is_won_waits_for_the_account(history):
    """E12, E14: the payee has closed it meanwhile."""
    payment = history.make("recovering")
    account_id = payment.payee.payout_account.account_id
    sandbox.set_account(account_id, "restricted")
    history.run_jobs()
    sandbox.close_dispute(payment.dispute_id, is_won=True)
    assert (history.after(payment).status, payment.ended_at) == ("payout_blocked", None)
    assert payment.calls.filter(kind="transfer").count() == 1
    sandbox.set_account(account_id, "active")
    assert history.after(payment).status == "released"
    assert payment.transferred_cents == 2 * payment.net_cents


def test_a_dispute_may_be_won_before_anything_is_taken_back(history):
    """E14: then nothing is transferred again."""
    payment = history.make("released")
    dispute = Dispute("dp_1", "open", payment.price_cents, "EUR", payment.reference)
    payment = PAYMENT_WORKFLOW.run("recover", payment, actor=None, dispute=dispute)
    payment = PAYMENT_WORKFLOW.run("win", payment, actor=None, dispute=dispute)
    assert payment.status == "releasing"
    assert payment.calls.filter(kind="transfer").count() == 1


def test_a_dispute_that_is_lost_after_the_recovery_costs_the_fee(history):
    payment = history.make("written_off")
    assert payment.status == "recovered"
    booked = [line[:2] for line in lines_of(payment, "dispute_lost")]
    assert (Account.CHARGEBACK_LOSS, payment.fee_cents) in booked


# --- Decisions ------------------------------------------------------------------------


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
