"""Record what a payer's bank does: it contests a payment, and decides.

See `payments.recording` for what holds of every fact.
"""

from collections.abc import Callable

from payments import alerts, effects, ledger, services
from payments.ledger import Line
from payments.matching import payment_of, run
from payments.models import Payment
from payments.models.ledger import Account
from payments.providers.base import Dispute, Movement, Unclear
from payments.workflow import (
    EXPIRED,
    FROZEN,
    HELD,
    LOST,
    PARTLY_REFUNDED,
    PAYOUT_BLOCKED,
    PENDING,
    RECOVERED,
    RECOVERING,
    REFUNDED,
    RELEASED,
)


def record(dispute: Dispute) -> None:
    """Record a dispute as it is now, and each of its movements of money."""
    payment = payment_of(dispute)
    if payment.status in (PENDING, EXPIRED):
        raise Unclear(f"{dispute.id}: the charge is not recorded yet")
    for each in dispute.movements:
        _book_movement(payment, dispute, each)
    if payment.dispute_seen_at and dispute.seen_at < payment.dispute_seen_at:
        return  # of two workers, the other one has read it later
    payment.dispute_id, payment.dispute_status = dispute.id, dispute.status
    payment.dispute_seen_at = dispute.seen_at
    fields = ["dispute_id", "dispute_status", "dispute_seen_at", "updated_at"]
    payment.save(update_fields=fields)
    DISPUTES[dispute.status](payment, dispute)


def _book_movement(payment: Payment, dispute: Dispute, movement: Movement) -> None:
    ledger.post(
        "dispute_withdrawn" if movement.amount_cents < 0 else "dispute_reinstated",
        key=f"dispute_movement:{movement.id}",
        currency=payment.currency,
        payment=payment,
        provider_object=dispute.id,
        lines=[
            Line(Account.DISPUTE_PENDING, -movement.amount_cents, payment=payment),
            Line(Account.PROVIDER_FEES, movement.fee_cents),
            Line(
                Account.PROVIDER_BALANCE,
                movement.amount_cents - movement.fee_cents,
            ),
        ],
    )


def _warn(payment: Payment, dispute: Dispute) -> None:
    if payment.status == HELD:
        run("freeze", payment)


def _contest(payment: Payment, dispute: Dispute) -> None:
    """Follow an open dispute: nothing moves, and what has moved comes back."""
    if payment.status == HELD:
        run("freeze", payment)
    elif _is_held_again(payment) and not _is_paid_anew(payment):
        run("reopen", payment, dispute=dispute)
    elif payment.status == RELEASED and not _is_partial(payment, dispute):
        run("recover", payment, dispute=dispute)
    elif payment.status not in (FROZEN, RECOVERING, RECOVERED, LOST):
        _leave_to_staff(payment, dispute)


def _is_partial(payment: Payment, dispute: Dispute) -> bool:
    """Whether the bank contests a part of the charge, which only staff can judge."""
    return dispute.amount_cents < payment.charged_cents


def _leave_to_staff(payment: Payment, dispute: Dispute) -> None:
    """Notify staff of a dispute of which nothing follows by itself."""
    if _is_partial(payment, dispute):
        problem = "disputed_in_part"
    elif payment.status in (REFUNDED, PARTLY_REFUNDED):
        problem = "disputed_after_refund"
    else:
        problem = "disputed_while_processing"
    alerts.needs_staff(payment, problem, dispute.status)


def _is_held_again(payment: Payment) -> bool:
    """Whether the bank has given back what it had taken, before a release."""
    return (
        payment.status == LOST
        and not payment.transferred_cents
        and ledger.balance_of_payment(payment, Account.DISPUTE_PENDING) < 0
    )


def _is_paid_anew(payment: Payment) -> bool:
    """Whether another payment for the same thing counts since this one was lost."""
    same = Payment.objects.of(payment.subject_type, payment.subject_id)
    return same.live().exclude(pk=payment.pk).exists()


def _win(payment: Payment, dispute: Dispute) -> None:
    if _is_held_again(payment):
        name = "return-won" if _is_paid_anew(payment) else "reopen"
        payment = run(name, payment, dispute=dispute)
        # What it was for may have ended since then, without the money.
        alerts.needs_staff(payment, "won_after_loss")
    if payment.status == FROZEN and not payment.is_disputed:
        run("unfreeze", payment)
    elif payment.status in (RECOVERING, RECOVERED):
        payment = run("win", payment, dispute=dispute)
        services.block_if_waiting(payment)
    elif payment.status == PAYOUT_BLOCKED and effects.is_payable(payment):
        run("resume", payment)


def _lose(payment: Payment, dispute: Dispute) -> None:
    if payment.status == LOST or (
        payment.journals.filter(kind="dispute_lost").exists()
        and not _is_reopened(payment)
    ):
        return
    if _is_partial(payment, dispute):
        _leave_to_staff(payment, dispute)
    elif payment.status in (HELD, FROZEN):
        if payment.status == HELD:
            payment = run("freeze", payment)
        run("lose", payment, dispute=dispute)
    elif payment.status == RELEASED:  # the first that is heard of it
        payment = run("recover", payment, dispute=dispute)
        _lose(payment, dispute)
    elif payment.status == RECOVERING:
        run("write-off", payment, dispute=dispute)
    elif payment.status == RECOVERED:
        run("write-off-recovered", payment, dispute=dispute)
    elif payment.status == PAYOUT_BLOCKED and not payment.transferred_cents:
        run("lose-blocked", payment, dispute=dispute)
    else:
        _leave_to_staff(payment, dispute)


def _is_reopened(payment: Payment) -> bool:
    lost = payment.journals.filter(kind="dispute_lost").count()
    return payment.journals.filter(kind="dispute_overturned").count() >= lost


DISPUTES: dict[str, Callable[[Payment, Dispute], None]] = {
    "warning": _warn,
    "open": _contest,
    "won": _win,
    "closed": _win,
    "lost": _lose,
}
