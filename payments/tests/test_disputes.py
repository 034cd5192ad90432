"""The payer's bank contests a payment at any moment: nobody is paid twice."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from accounts.tests.factories import UserFactory
from payments import carrying, examination, inbox, recording, services
from payments.exceptions import Mismatch, PaymentDisputed
from payments.models import (
    Balance,
    Entry,
    Payment,
    ProviderCall,
    ProviderEvent,
    SandboxObject,
)
from payments.providers import sandbox
from payments.providers.base import Rejected, Transfer
from payments.providers.sandbox import Sandbox
from payments.tests.histories import History

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


def hear() -> None:
    """Process the events that have arrived, and nothing else."""
    for event in ProviderEvent.objects.filter(state="new").order_by("pk"):
        inbox.process(event.pk)


def contest(payment: Payment, *, warning: bool = False) -> str:
    dispute = sandbox.open_dispute(payment.reference, warning=warning)
    hear()
    return dispute


def judge(dispute: str, *, is_won: bool) -> None:
    sandbox.close_dispute(dispute, is_won=is_won)
    hear()


def activate(payment: Payment) -> None:
    sandbox.set_account(payment.payee.payout_account.account_id, "active")


def moved(payment: Payment) -> int:
    """What the payee has of it, at the provider."""
    kinds = {"transfer": 1, "reversal": -1}
    return sum(
        kinds[row.kind] * row.data["amount"]
        for row in SandboxObject.objects.filter(
            reference=payment.reference, kind__in=kinds
        )
    )


def test_a_part_waits_for_the_account_of_its_payee(history):
    """E12: the rest goes back at once, and the part once there is an account."""
    payment = history.held()
    sandbox.set_account(payment.payee.payout_account.account_id, "restricted")
    hear()
    worker_amount, reason = Decimal(20), "Both are right"
    services.split(
        "task",
        payment.subject_id,
        actor=UserFactory(is_staff=True),
        worker_amount=worker_amount,
        reason=reason,
    )
    payment = history.after(payment)
    assert (payment.problem, moved(payment)) == ("payee_not_payable", 0)
    activate(payment)
    payment = history.after(payment)
    assert moved(payment) == payment.to_payee_cents == 1800


def test_a_restriction_that_only_a_refused_transfer_has_shown_blocks_for_no_longer(
    history,
):
    """E12: when its event is read, the account is active again."""
    payment = history.held()
    account = payment.payee.payout_account.account_id
    sandbox.set_account(account, "restricted")
    services.release("task", payment.subject_id, actor=payment.payer)
    for call in ProviderCall.objects.filter(state="new"):
        carrying.carry(call.pk)
    payment.refresh_from_db()
    assert payment.status == "payout_blocked"
    sandbox.set_account(account, "active")
    payment = history.after(payment)
    assert (payment.status, moved(payment)) == ("released", payment.to_payee_cents)


# --- Before the release ---------------------------------------------------------------


@pytest.mark.parametrize("is_judged", [False, True])
def test_what_the_bank_takes_is_not_released_to_an_account_that_becomes_active(
    history, is_judged
):
    """E14: both sides would have the money."""
    payment = history.make("payout_blocked")
    dispute = contest(payment)
    if is_judged:
        judge(dispute, is_won=False)
    activate(payment)
    ends = ("lost", "lost") if is_judged else ("payout_blocked", "open")
    payment = history.after(payment)
    assert (payment.status, payment.dispute_status) == ends
    assert moved(payment) == 0
    assert list(examination.examine()) == []


def test_what_was_blocked_and_is_won_is_released(history):
    """E14."""
    payment = history.make("payout_blocked")
    dispute = contest(payment)
    activate(payment)
    hear()
    judge(dispute, is_won=True)
    payment = history.after(payment)
    assert (payment.status, moved(payment)) == ("released", payment.to_payee_cents)


def test_a_blocked_payment_that_is_lost_and_overturned_is_decided_anew(history):
    """E14: once more in the ledger."""
    payment = history.make("payout_blocked")
    dispute = contest(payment)
    judge(dispute, is_won=False)
    judge(dispute, is_won=True)
    activate(payment)
    assert history.after(payment).status == "held"
    services.release("task", payment.subject_id, actor=payment.payer)
    assert history.after(payment).status == "released"
    assert list(examination.examine()) == []


def test_a_blocked_payment_that_is_lost_leaves_the_fee_of_the_bank_alone(history):
    """E14: nobody is owed anything, and no commission was earned."""
    payment = history.make("payout_blocked")
    judge(contest(payment), is_won=False)
    payment = history.after(payment)
    sums = Entry.objects.values_list("account").annotate(Sum("amount_cents"))
    left = {account: cents for account, cents in sums if cents}
    fee = left["provider_fees"]
    assert left == {"provider_fees": fee, "provider_balance": -fee}
    assert not Balance.objects.exclude(amount_cents=0).exists()
    assert (payment.to_payee_cents, payment.commission_cents) == (0, 0)
    assert payment.ended_at is not None


def test_an_inquiry_of_the_bank_stops_a_release(history):
    """E14: it may take the money next."""
    payment = history.make("held")
    contest(payment, warning=True)
    with pytest.raises(PaymentDisputed):
        services.release("task", payment.subject_id, actor=payment.payer)


def test_staff_read_of_a_loss_that_is_overturned(history):
    """E14: what it was for may have ended without the money."""
    payment = history.make("lost")
    judge(SandboxObject.objects.get(kind="dispute").object_id, is_won=True)
    assert history.after(payment).problem == "won_after_loss"


# --- After it -------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["refunded", "partly_refunded"])
@pytest.mark.parametrize("is_judged", [False, True])
def test_a_dispute_of_what_was_refunded_is_left_to_staff(history, ending, is_judged):
    """E14: also of a part."""
    payment = history.make(ending)
    dispute = contest(payment)
    if is_judged:
        Payment.objects.update(problem="")
        judge(dispute, is_won=False)
    payment = history.after(payment)
    assert (payment.status, payment.problem) == (ending, "disputed_after_refund")


@pytest.mark.parametrize("ending", ["held", "released"])
def test_a_dispute_of_a_part_is_left_to_staff(history, ending):
    """E14: taking all of it back would be too much."""
    payment = history.make(ending)
    before = moved(payment)
    dispute = sandbox.open_dispute(payment.reference)
    row = SandboxObject.objects.get(kind="dispute")
    row.data["amount"] = 1000
    row.data["movements"][0]["amount"] = -1000
    row.save()
    hear()
    judge(dispute, is_won=False)
    payment = history.after(payment)
    assert (payment.problem, moved(payment)) == ("disputed_in_part", before)
    assert payment.status == ("frozen" if ending == "held" else "released")


# --- Won while the recovery is under way ----------------------------------------------


def contested(history) -> tuple[Payment, str, ProviderCall]:
    """A released payment, its dispute, and the call that takes it back."""
    payment = history.make("released")
    dispute = contest(payment)
    return payment, dispute, payment.calls.get(kind="reverse")


def has_all(payment: Payment) -> bool:
    ends = (payment.status, payment.transferred_cents - payment.reversed_cents)
    return (*ends, moved(payment)) == (
        "released",
        payment.to_payee_cents,
        payment.to_payee_cents,
    )


def test_a_recovery_that_was_not_sent_is_taken_back(history):
    """E14: the payee keeps the money."""
    payment, dispute, _call = contested(history)
    judge(dispute, is_won=True)
    assert has_all(history.after(payment))
    assert not SandboxObject.objects.filter(kind="reversal").exists()


def test_a_recovery_that_is_taken_back_needs_no_account(history):
    """E14: the payee has the money; nothing is to be sent."""
    payment = history.make("released")
    dispute = contest(payment)
    sandbox.set_account(payment.payee.payout_account.account_id, "restricted")
    judge(dispute, is_won=True)
    payment = history.after(payment)
    assert (payment.status, moved(payment)) == ("released", payment.to_payee_cents)


def test_a_recovery_that_is_recorded_late_is_made_good(history):
    """E14: it was sent, and its reply came after the judgement."""
    payment, dispute, call = contested(history)
    claimed, _wait = carrying._claim(call.pk)
    fact = sandbox.provider.send(call.kind, call.params, call.idempotency_key)
    ProviderEvent.objects.filter(state="new").update(state="done")  # the reply is first
    judge(dispute, is_won=True)
    carrying.record_done(claimed, fact)
    assert has_all(history.after(payment))


def test_a_refused_recovery_changes_nothing(history, monkeypatch):
    """E14: the payee has the money, and keeps it."""
    payment, dispute, call = contested(history)

    def refuse(*arguments):
        raise Rejected("balance_insufficient")

    with monkeypatch.context() as refusal:
        refusal.setattr(Sandbox, "send", refuse)
        carrying.carry(call.pk)
    judge(dispute, is_won=True)
    assert has_all(history.after(payment))


def test_a_recovery_that_is_refused_after_the_judgement_ends_it(history):
    """E14."""
    payment, dispute, call = contested(history)
    claimed, _wait = carrying._claim(call.pk)
    judge(dispute, is_won=True)
    carrying._record_rejection(claimed, Rejected("balance_insufficient"))
    assert has_all(history.after(payment))


# --- Another account ------------------------------------------------------------------


def test_a_transfer_to_another_account_is_not_ours(history):
    """E6: its amount and its name alone prove nothing."""
    payment = history.held()
    services.release("task", payment.subject_id, actor=payment.payer)
    call = payment.calls.get(kind="transfer")
    amount = call.params["amount_cents"]
    fact = Transfer("tr_1", amount, "EUR", payment.reference, "acct_other")
    with pytest.raises(Mismatch):
        recording.record(fact)
