"""Start, release, refund, divide and freeze the payment for one thing.

The app of the thing calls these in the transaction of its own decision, with its own
row locked; the payment's row is locked after it. What the provider has to do is written
in the same transaction, and done by a worker afterwards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import shared_queries
from core.db.locks import locked
from core.exceptions import WrongStatus
from payments import alerts, effects, ledger, outbox
from payments.exceptions import (
    AlreadyPaid,
    PayeeNotReady,
    PaymentDisputed,
    PaymentProcessing,
    PaymentsOff,
)
from payments.models import Payment, PayoutAccount, ProviderCall
from payments.money import (
    FeeTerms,
    PaymentNotSupported,
    check_price,
    current_terms,
)
from payments.providers import get_provider
from payments.workflow import (
    FROZEN,
    HELD,
    PAYMENT_WORKFLOW,
    PAYOUT_BLOCKED,
    PENDING,
    REFUNDED,
    REFUNDING,
    RELEASED,
    RELEASING,
)

MONEY_THERE = (HELD, FROZEN)
TO_PAYEE = (RELEASING, PAYOUT_BLOCKED, RELEASED)
RESERVE_PERCENT = 10  # for what is charged until the next time


@dataclass(frozen=True)
class Payable:
    """What is paid for: a thing of an app above, both people, and the price."""

    type: str
    id: int
    title: str
    payer: User
    payee: User
    price_cents: int
    currency: str
    # Of the time when the deal was agreed; None: as they are now.
    fee_terms: FeeTerms | None = None
    # Whether the price was within the limits when it was agreed: a limit that is
    # changed later does not keep anybody from paying.
    is_price_agreed: bool = False


def require_on() -> None:
    """Raise `PaymentsOff` (409) if no payments are made here."""
    if settings.PAYMENT_PROVIDER == "off":
        raise PaymentsOff


def check_payable(payable: Payable) -> None:
    """Raise what `start` would: for the currency, the price, and the payee."""
    _check_price(payable)
    require_payable(payable.payee)


def _check_price(payable: Payable) -> None:
    if payable.currency != settings.PAYMENT_CURRENCY:
        raise PaymentNotSupported(
            _("Payments are made only in %(currency)s.")
            % {"currency": settings.PAYMENT_CURRENCY}
        )
    if not payable.is_price_agreed:
        check_price(payable.price_cents)


@transaction.atomic
def start(payable: Payable) -> Payment:
    """Return the pending payment for a thing, which the payer can pay now.

    Repeated, it returns the same one. A pending one for another person or price is
    cancelled first. Raises `ValidationFailed` (400) for a price outside the limits,
    `PaymentNotSupported` (409) for another currency, `PayeeNotReady`, `AlreadyPaid` and
    `PaymentDisputed` (409).
    """
    _check_price(payable)
    if earlier := _locked_live(payable.type, payable.id):
        if _is_same(earlier, payable):
            return earlier
        if earlier.status != PENDING:
            raise PaymentDisputed if earlier.dispute_status == "open" else AlreadyPaid
        PAYMENT_WORKFLOW.run("expire", earlier, actor=None)
    if Payment.objects.of(payable.type, payable.id).contested_late().exists():
        raise PaymentDisputed
    require_payable(payable.payee)
    return _create(payable)


def _is_same(payment: Payment, payable: Payable) -> bool:
    return (
        payment.status == PENDING
        and payment.price_cents == payable.price_cents
        and payment.payee_id == payable.payee.pk
        and payment.provider == settings.PAYMENT_PROVIDER
        and payment.expires_at > timezone.now()
    )


def _create(payable: Payable) -> Payment:
    terms = payable.fee_terms or current_terms()
    try:
        # A savepoint: of two requests at once, the constraint refuses the second.
        with transaction.atomic():
            payment = Payment.objects.create(
                subject_type=payable.type,
                subject_id=payable.id,
                subject_title=payable.title[:200],
                payer=payable.payer,
                payee=payable.payee,
                price_cents=payable.price_cents,
                fee_cents=terms.fee_of(payable.price_cents),
                fee_bps=terms.bps,
                fee_min_cents=terms.min_cents,
                currency=payable.currency,
                provider=settings.PAYMENT_PROVIDER,
                expires_at=timezone.now() + expiry(),
            )
    except IntegrityError as error:
        raise AlreadyPaid from error
    outbox.enqueue(
        payment,
        ProviderCall.Kind.CREATE_INTENT,
        amount_cents=payment.price_cents,
        currency=payment.currency,
        title=payment.subject_title,
        subject=f"{payment.subject_type}:{payment.subject_id}",
    )
    return payment


def expiry() -> timedelta:
    """Return how long a payer may take to pay."""
    return timedelta(minutes=settings.PAYMENT_EXPIRY_MINUTES)


def require_payable(person: User) -> None:
    """Raise `PayeeNotReady` (409) unless money can be sent to `person`."""
    account = PayoutAccount.objects.filter(
        user=person.pk, provider=settings.PAYMENT_PROVIDER
    ).first()
    if account is None or not account.is_payable:
        raise PayeeNotReady


def _locked_live(subject_type: str, subject_id: int) -> Payment | None:
    """Return the payment that counts for a thing, locked; None without one."""
    return shared_queries.first(
        "payments.live",
        _live_to_lock,
        subject_type=subject_type,
        subject_id=subject_id,
    )


def _live_to_lock(subject_type: Any, subject_id: Any) -> QuerySet[Payment, Any]:
    # With the payee, whom most decisions notify. `of`: the row of the payment alone.
    rows = Payment.objects.of(subject_type, subject_id).live().select_related("payee")
    return locked(rows, of=("self",))[:1]


def is_held(subject_type: str, subject_id: int, *, payee_id: int | None) -> bool:
    """Return whether money is held for a thing, or was released to `payee_id`."""
    is_there = Q(status__in=MONEY_THERE)
    is_released = Q(status__in=TO_PAYEE, payee=payee_id)
    payments = Payment.objects.of(subject_type, subject_id)
    return payments.filter(is_there | is_released).exists()


def current(subject_type: str, subject_id: int) -> Payment | None:
    """Return the payment for a thing that counts: the live one, or the last."""
    return shared_queries.first(
        "payments.current", _current, subject_type=subject_type, subject_id=subject_id
    )


def _current(subject_type: Any, subject_id: Any) -> QuerySet[Payment, Any]:
    payments = Payment.objects.of(subject_type, subject_id).live_first()
    return payments.for_display()[:1]


# --- Decisions, in the transaction of the caller --------------------------------------


@transaction.atomic
def set_auto_release(
    subject_type: str, subject_id: int, *, at: datetime | None
) -> None:
    """Show when the payment will be released without an answer."""
    payment = _locked_live(subject_type, subject_id)
    if payment is not None and payment.status == HELD:
        payment.auto_release_at = at
        payment.save(update_fields=["auto_release_at", "updated_at"])


@transaction.atomic
def release(
    subject_type: str,
    subject_id: int,
    *,
    actor: User | None,
    since: datetime | None = None,
) -> Payment | None:
    """Release what is held for a thing; return the payment, or None without one.

    What was not paid yet is cancelled. Raises `PaymentDisputed` (409) while the bank
    reviews it, and `WrongStatus` (409) if a payment that began after `since` was
    refunded by a decision.
    """
    payment = _locked_live(subject_type, subject_id)
    if payment is None:
        _require_not_refunded(subject_type, subject_id, since)
        return None
    if payment.status == PENDING:
        return PAYMENT_WORKFLOW.run("expire", payment, actor=actor)
    _require_settled(payment)
    if payment.status not in MONEY_THERE:
        return payment  # staff have released it before
    payment = PAYMENT_WORKFLOW.run("release", payment, actor=actor, is_locked=True)
    return block_if_waiting(payment)


def _require_not_refunded(
    subject_type: str, subject_id: int, since: datetime | None
) -> None:
    last: Payment | None = shared_queries.first(
        "payments.last",
        lambda subject_type, subject_id: Payment.objects.of(subject_type, subject_id)[
            :1
        ],
        subject_type=subject_type,
        subject_id=subject_id,
    )
    if last is None or last.status not in (REFUNDING, REFUNDED) or last.to_payee_cents:
        return  # divided: both have their part
    if since is not None and last.created_at < since:
        return  # of an earlier agreement
    # A payment that came too late is refunded without a decision.
    if last.events.filter(name__in=("refund", "refund-by-staff")).exists():
        raise WrongStatus(
            _("The payment was refunded before. It cannot be released any more.")
        )


def block_if_waiting(payment: Payment) -> Payment:
    """Block a decided payment whose payee cannot be paid now; notify staff of a part.

    By what the decision has read: read again, an account that has become active in
    between would leave the payment without a transfer.
    """
    if not payment.waits_for_account:
        return payment
    if payment.status == RELEASING:
        return PAYMENT_WORKFLOW.run("block", payment, actor=None)
    alerts.needs_staff(payment, "payee_not_payable")
    return payment


@transaction.atomic
def refund(
    subject_type: str, subject_id: int, *, actor: User | None, reason: str = ""
) -> Payment | None:
    """Refund what is held for a thing in full; return the payment, or None.

    What was not paid yet is cancelled. Raises `PaymentDisputed` (409) while the bank
    reviews it, and `WrongStatus` (409) if it was released.
    """
    payment = _locked_live(subject_type, subject_id)
    if payment is None:
        return None
    if payment.status == PENDING:
        return PAYMENT_WORKFLOW.run("expire", payment, actor=actor, reason=reason)
    _require_settled(payment)
    if payment.status not in MONEY_THERE:
        raise WrongStatus(
            _("The payment was released before. It cannot be refunded any more.")
        )
    return PAYMENT_WORKFLOW.run("refund", payment, actor=actor, reason=reason)


def _require_settled(payment: Payment) -> None:
    if payment.status in MONEY_THERE:
        effects.require_uncontested(payment)


@transaction.atomic
def split(
    subject_type: str,
    subject_id: int,
    *,
    actor: User,
    worker_amount: Decimal,
    reason: str,
) -> Payment:
    """Divide what is held between both; return the payment.

    Raises `PaymentProcessing` (409) if nothing is held, `ValidationFailed` (400) for an
    amount that leaves one side nothing, and `PaymentDisputed` (409).
    """
    payment = _locked_live(subject_type, subject_id)
    if payment is None or payment.status not in MONEY_THERE:
        raise PaymentProcessing
    payment = PAYMENT_WORKFLOW.run(
        "split", payment, actor=actor, worker_amount=worker_amount, reason=reason
    )
    return block_if_waiting(payment)


@transaction.atomic
def freeze(subject_type: str, subject_id: int, *, actor: User | None) -> Payment | None:
    """Freeze what is held for a thing: the two sides do not agree."""
    payment = _locked_live(subject_type, subject_id)
    if payment is None or payment.status not in MONEY_THERE:
        return payment
    payment.is_disputed = True
    payment.save(update_fields=["is_disputed", "updated_at"])
    if payment.status == HELD:
        payment = PAYMENT_WORKFLOW.run("freeze", payment, actor=actor)
    return payment


# --- Periodic -------------------------------------------------------------------------


def expire_unpaid(at: datetime) -> int:
    """Cancel payments that nobody has paid in time; return how many."""
    return PAYMENT_WORKFLOW.run_due("expire", Payment.objects.unpaid(at=at))


def protect_balance() -> int:
    """Keep what belongs to payers and payees out of the platform's automatic payouts.

    Returns the amount in minor units, with a reserve; 0 without a provider. Raises
    `Rejected` and `Unclear`.
    """
    if settings.PAYMENT_PROVIDER == "off":
        return 0
    currency = settings.PAYMENT_CURRENCY
    cents = -(-ledger.owed_cents(currency) * (100 + RESERVE_PERCENT) // 100)
    get_provider().protect_balance(cents, currency)
    return cents
