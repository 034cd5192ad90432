"""Record what the provider has done: the results of our calls, and its events.

A fact may arrive twice, late, before our own call returns, and in any order. Money is
booked once for each object of the provider (the key of its journal), and transitions
only lead forwards, so the end is the same.

Call everything in a transaction. Each function locks the payment first.
"""

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.restrictions import PAYOUTS, is_bound
from core.db.locks import locked
from core.encryption import encrypt
from payments import alerts, disputes, effects, ledger, outbox
from payments.exceptions import Mismatch
from payments.ledger import Line
from payments.matching import payment_of, run
from payments.models import Payment, PayoutAccount, ProviderCall
from payments.models.ledger import Account
from payments.providers.base import (
    SUCCEEDED,
    AccountState,
    Dispute,
    Fact,
    Intent,
    PayoutReport,
    Refund,
    Reversal,
    Transfer,
)
from payments.workflow import (
    EXPIRED,
    PAYOUT_BLOCKED,
    PENDING,
    RECOVERING,
    REFUNDING,
    RELEASING,
)

logger = logging.getLogger("payments")
Kind = ProviderCall.Kind
# Codes of rejected transfers with which the account is at fault.
NOT_PAYABLE = frozenset(
    {"account_not_payable", "insufficient_capabilities_for_transfer", "account_invalid"}
)


def record(fact: Fact) -> None:
    """Record a fact. Raises `Mismatch` if it does not fit our records."""
    RECORDERS[type(fact)](fact)


# --- The charge -----------------------------------------------------------------------


def record_intent(intent: Intent) -> None:
    """Record that a payment was prepared, or paid."""
    payment = payment_of(intent)
    if payment.intent_id and payment.intent_id != intent.id:
        raise Mismatch(f"{intent.id} is not the intent of {payment.reference}")
    if intent.amount_cents != payment.price_cents:
        raise Mismatch(f"{intent.id} is of {intent.amount_cents}, {payment} is not")
    if not payment.intent_id:
        payment.intent_id = intent.id
        if intent.status != SUCCEEDED and intent.client_secret:
            payment.client_secret = encrypt(intent.client_secret)
        payment.save(update_fields=["intent_id", "client_secret", "updated_at"])
    _finish_call(payment, Kind.CREATE_INTENT, intent.id)
    if intent.status == SUCCEEDED:
        if payment.status == PENDING:
            payment = run("hold", payment, intent=intent)
        elif payment.status == EXPIRED:
            payment = run("return-late", payment, intent=intent)
        if intent.fee_id:
            ledger.post(
                "provider_fee",
                key=f"provider_fee:{intent.fee_id}",
                currency=payment.currency,
                payment=payment,
                provider_object=intent.charge_id,
                lines=[
                    Line(Account.PROVIDER_FEES, intent.fee_cents),
                    Line(Account.PROVIDER_BALANCE, -intent.fee_cents),
                ],
            )
    elif payment.status == EXPIRED and intent.status == "pending":
        # It was prepared after it had expired: nobody may pay it any more.
        outbox.enqueue(payment, Kind.CANCEL_INTENT, intent_id=intent.id)


def _finish_call(payment: Payment, kind: str, provider_id: str) -> None:
    """Mark a live call as done that an event has reported before its own answer."""
    payment.calls.filter(
        kind=kind,
        provider_id="",
        state__in=(ProviderCall.State.SENDING, ProviderCall.State.UNKNOWN),
    ).update(
        state=ProviderCall.State.DONE,
        provider_id=provider_id,
        lease_until=None,
        finished_at=timezone.now(),
    )


# --- To the payee ---------------------------------------------------------------------


def record_transfer(transfer: Transfer) -> None:
    """Record that money went to the payee."""
    payment = payment_of(transfer)
    call = payment.calls.filter(
        kind=Kind.TRANSFER, params__purpose=transfer.purpose
    ).first()
    if call is None or call.params["amount_cents"] != transfer.amount_cents:
        raise Mismatch(f"{transfer.id} of {transfer.amount_cents} was not asked for")
    if call.params["destination"] != transfer.destination:
        raise Mismatch(f"{transfer.id} went to {transfer.destination}")
    if call.provider_id not in ("", transfer.id):
        raise Mismatch(f"{transfer.id} is a second transfer besides {call.provider_id}")
    again = transfer.purpose.startswith("rewin")
    is_new = ledger.post(
        "transfer",
        key=f"transfer:{transfer.id}",
        currency=payment.currency,
        payment=payment,
        provider_object=transfer.id,
        lines=[
            Line(
                Account.RECOVERABLE if again else Account.PAYABLE,
                transfer.amount_cents,
                person=payment.payee,
            ),
            Line(Account.PROVIDER_BALANCE, -transfer.amount_cents),
        ],
    )
    if is_new:
        payment.transferred_cents += transfer.amount_cents
        payment.save(update_fields=["transferred_cents", "updated_at"])
    _finish_purpose(payment, Kind.TRANSFER, transfer.purpose, transfer.id)
    _finish(payment)


def record_reversal(reversal: Reversal) -> None:
    """Record that a transfer came back from the payee."""
    payment = payment_of(reversal)
    is_new = ledger.post(
        "reversal",
        key=f"reversal:{reversal.id}",
        currency=payment.currency,
        payment=payment,
        provider_object=reversal.id,
        lines=[
            Line(Account.PROVIDER_BALANCE, reversal.amount_cents),
            Line(Account.RECOVERABLE, -reversal.amount_cents, person=payment.payee),
        ],
    )
    if is_new:
        payment.reversed_cents += reversal.amount_cents
        payment.save(update_fields=["reversed_cents", "updated_at"])
    _finish_purpose(payment, Kind.REVERSE, reversal.purpose, reversal.id)
    if (
        payment.status == RECOVERING
        and payment.reversed_cents == payment.transferred_cents
    ):
        run("finish-recovery", payment)
    elif payment.status == RELEASING:  # the dispute was won meanwhile
        _pay_again(payment)


def _pay_again(payment: Payment) -> None:
    if effects.is_payable(payment):
        effects.resume(payment, actor=None)
    else:
        run("block", payment)


def record_dispute(dispute: Dispute) -> None:
    """Record a dispute; a release that is won ends if nothing was taken back."""
    disputes.record(dispute)
    _finish(payment_of(dispute))


def _finish_purpose(
    payment: Payment, kind: str, purpose: str, provider_id: str
) -> None:
    payment.calls.filter(
        kind=kind,
        purpose=purpose,
        state__in=(
            ProviderCall.State.NEW,
            ProviderCall.State.SENDING,
            ProviderCall.State.UNKNOWN,
        ),
    ).update(
        state=ProviderCall.State.DONE,
        provider_id=provider_id,
        lease_until=None,
        # An attempt that was not sent yet: an earlier one has done it after all.
        first_sent_at=Coalesce(F("first_sent_at"), timezone.now()),
        finished_at=timezone.now(),
    )


# --- Back to the payer ----------------------------------------------------------------


def record_refund(refund: Refund) -> None:
    """Record what became of a refund: done, waiting, or failed."""
    payment = payment_of(refund)
    if refund.amount_cents != payment.to_payer_cents:
        raise Mismatch(f"{refund.id} of {refund.amount_cents} was not decided")
    _finish_purpose(payment, Kind.REFUND, refund.purpose, refund.id)
    if refund.status == SUCCEEDED:
        is_new = _book_refund(payment, refund, sign=1)
        if is_new:
            payment.refunded_cents += refund.amount_cents
            payment.save(update_fields=["refunded_cents", "updated_at"])
        _finish(payment)
    elif refund.status in ("failed", "canceled"):
        if _was_booked(payment, refund) and _book_refund(payment, refund, sign=-1):
            payment.refunded_cents -= refund.amount_cents
            payment.save(update_fields=["refunded_cents", "updated_at"])
        alerts.needs_staff(payment, "refund_failed", refund.reason)
    elif refund.reason == "insufficient_funds":
        alerts.needs_staff(payment, "refund_waits_for_funds")


def _was_booked(payment: Payment, refund: Refund) -> bool:
    return payment.journals.filter(key=f"refund:{refund.id}").exists()


def _book_refund(payment: Payment, refund: Refund, *, sign: int) -> bool:
    kind = "refund" if sign > 0 else "refund_failed"
    if kind == "refund" and payment.journals.filter(key=f"refund_failed:{refund.id}"):
        return False  # an old event: it has failed since
    return ledger.post(
        kind,
        key=f"{kind}:{refund.id}",
        currency=payment.currency,
        payment=payment,
        provider_object=refund.id,
        lines=[
            Line(Account.REFUND_DUE, sign * refund.amount_cents, payment=payment),
            Line(Account.PROVIDER_BALANCE, -sign * refund.amount_cents),
        ],
    )


def _finish(payment: Payment) -> None:
    """End the payment if the provider has done all that was decided."""
    net = payment.transferred_cents - payment.reversed_cents
    if (
        net != payment.to_payee_cents
        or payment.refunded_cents != payment.to_payer_cents
        or payment.calls.filter(kind=Kind.REVERSE, state__in=outbox.OPEN).exists()
    ):
        return
    if payment.status == RELEASING:
        run("finish-release", payment)
    elif payment.status == REFUNDING:
        run("finish-split" if net else "finish-refund", payment)


# --- Accounts of payees ---------------------------------------------------------------


def record_account(state: AccountState) -> None:
    """Record the state of a payee's account; release what waited for it."""
    account = locked(PayoutAccount.objects).filter(account_id=state.id).first()
    if account is None:
        raise Mismatch(f"account {state.id} is of nobody here")
    was_payable = account.is_payable
    PayoutAccount.objects.filter(pk=account.pk).update(
        status=state.status,
        requirements=list(state.requirements),
        next_payout_on=state.next_payout_on,
        checked_at=timezone.now(),
    )
    account.refresh_from_db()
    if account.is_payable:
        # Also if it was before, as far as we know: a refused transfer may have been all
        # that we have seen of a restriction that is over.
        release_blocked(account.user)
    if account.is_payable != was_payable:
        alerts.account_changed(account)


def release_blocked(person: User) -> int:
    """Release payments that waited for the account of `person`; return how many.

    None while a decision takes payouts away from the person.
    """
    if is_bound(person.pk, PAYOUTS):
        return 0
    waiting = Payment.objects.filter(payee=person).order_by("pk")
    waiting = waiting.exclude(dispute_status__in=effects.NOT_TO_PAYEE)
    blocked = list(waiting.filter(status=PAYOUT_BLOCKED))
    for payment in blocked:
        run("resume", payment)
    divided = waiting.filter(
        status=REFUNDING, transferred_cents__lt=F("to_payee_cents")
    )
    # Locked: another call of the same payment may be recorded meanwhile.
    for payment in locked(divided):
        effects.resume(payment, actor=None)
    return len(blocked)


def release_missed() -> int:
    """Transfer what was decided without a transfer; return how many payments.

    A payment that is blocked at the moment when its account becomes active is seen by
    neither of the two transactions. Refused transfers are not among them.
    """
    missed = Payment.objects.filter(
        status__in=(PAYOUT_BLOCKED, RELEASING, REFUNDING),
        to_payee_cents__gt=0,
        payee__payout_account__status=PayoutAccount.Status.ACTIVE,
    ).exclude(calls__kind=Kind.TRANSFER)
    released = 0
    for payment_id in list(missed.values_list("pk", flat=True)):
        with transaction.atomic():
            payment = locked(Payment.objects).get(pk=payment_id)
            released += _release_if_missed(payment)
    return released


def _release_if_missed(payment: Payment) -> bool:
    if (
        payment.dispute_status in effects.NOT_TO_PAYEE
        or payment.calls.filter(kind=Kind.TRANSFER).exists()
        or not effects.is_payable(payment)
    ):
        return False
    if payment.status == PAYOUT_BLOCKED:
        run("resume", payment)
    elif payment.status in (RELEASING, REFUNDING):
        effects.resume(payment, actor=None)
    return True


def record_payout(report: PayoutReport) -> None:
    """Notify a payee whose payout to the bank has failed."""
    account = PayoutAccount.objects.filter(account_id=report.account_id).first()
    if account is None:
        raise Mismatch(f"payout {report.id} is of nobody here")
    if report.is_failed:
        alerts.payout_failed(account, report)


RECORDERS: dict[type, Callable] = {
    Intent: record_intent,
    Transfer: record_transfer,
    Reversal: record_reversal,
    Refund: record_refund,
    Dispute: record_dispute,
    AccountState: record_account,
    PayoutReport: record_payout,
}


# --- What a rejected call leads to ----------------------------------------------------


def rejected(payment: Payment, call: ProviderCall, code: str) -> None:
    """Follow up a call that has certainly done nothing; the payment is locked."""
    if call.kind == Kind.TRANSFER and code in NOT_PAYABLE:
        if payment.status == RELEASING:
            run("block", payment)
        else:  # a division waits in its own status
            alerts.needs_staff(payment, "payee_not_payable", code)
    elif call.kind == Kind.CREATE_INTENT:
        if payment.status == PENDING:
            run("expire", payment)
        alerts.needs_staff(payment, "intent_rejected", code)
    elif call.kind == Kind.REVERSE and payment.status == RELEASING:
        _finish(payment)  # won: the payee has the money, and keeps it
    elif call.kind != Kind.CANCEL_INTENT:
        # A canceled or paid intent says so by its own event.
        alerts.needs_staff(payment, f"{call.kind}_rejected", code)
