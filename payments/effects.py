"""Effects of the transitions of payments: the row is locked by `Workflow.run`.

Each writes its journal and its calls of the provider in the transaction of the
decision. Attributes of the payment are set on the row, which the workflow saves.
"""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.restrictions import PAYOUTS, is_bound
from core.db import shared_queries
from core.exceptions import ValidationFailed
from payments import ledger, outbox, second_approver
from payments.exceptions import PaymentDisputed
from payments.ledger import Line
from payments.models import Journal, Payment, PayoutAccount, ProviderCall
from payments.models.ledger import Account
from payments.money import terms_of, to_cents
from payments.providers.base import Dispute, Intent

Kind = ProviderCall.Kind
# Of a dispute of the payer's bank: it may withdraw the money, or has done so.
CONTESTED = ("warning", "open")
NOT_TO_PAYEE = (*CONTESTED, "lost")  # what the bank may take, or has taken


def hold(payment: Payment, *, actor: User | None, intent: Intent) -> None:
    """Book the charge: from now on the money is held."""
    payment.intent_id, payment.charge_id = intent.id, intent.charge_id
    payment.charged_cents = intent.amount_cents
    payment.client_secret = ""
    payment.held_at = timezone.now()
    ledger.post(
        "charge",
        key=f"charge:{payment.provider}:{intent.charge_id}",
        currency=payment.currency,
        payment=payment,
        provider_object=intent.charge_id,
        lines=[
            Line(Account.PROVIDER_BALANCE, intent.amount_cents),
            Line(Account.HELD, -intent.amount_cents, payment=payment),
        ],
    )


def give_back_late(payment: Payment, *, actor: User | None, intent: Intent) -> None:
    """Refund a charge that came after the payment had expired."""
    hold(payment, actor=actor, intent=intent)
    refund(payment, actor=actor)


def expire(payment: Payment, *, actor: User | None, reason: str = "") -> None:
    """Ask the provider to cancel what was never paid."""
    payment.ended_at = timezone.now()
    payment.client_secret = ""
    if not outbox.withdraw(payment, Kind.CREATE_INTENT) and payment.intent_id:
        outbox.enqueue(payment, Kind.CANCEL_INTENT, intent_id=payment.intent_id)


def release(payment: Payment, *, actor: User | None, reason: str = "") -> None:
    """Decide that the payee gets all of it, without the commission."""
    second_approver.require_approved(payment, actor)
    require_uncontested(payment)
    _decide(payment, to_payee=payment.net_cents, commission=payment.fee_cents)
    payment.auto_release_at = None
    payment.waits_for_account = not _transfer_if_payable(payment)


def refund(payment: Payment, *, actor: User | None, reason: str = "") -> None:
    """Decide that the payer gets all of it back."""
    second_approver.require_approved(payment, actor)
    require_uncontested(payment)
    _decide(payment, to_payer=payment.price_cents)
    payment.auto_release_at = None
    _refund(payment)


def split(
    payment: Payment, *, actor: User | None, worker_amount: Decimal, reason: str = ""
) -> None:
    """Decide that `worker_amount` of the price goes to the payee, and the rest back.

    The commission is that of the payee's part. Raises `ValidationFailed` (400) unless
    both get something.
    """
    # First: what cannot be is not asked of a second person.
    worker_cents = worker_part(payment, worker_amount)
    second_approver.require_approved(payment, actor)
    require_uncontested(payment)
    terms = terms_of(payment.fee_bps, payment.fee_min_cents)
    fee = terms.fee_of(worker_cents)
    _decide(
        payment,
        to_payee=worker_cents - fee,
        commission=fee,
        to_payer=payment.price_cents - worker_cents,
    )
    payment.auto_release_at = None
    payment.waits_for_account = not _transfer_if_payable(payment)
    _refund(payment)


def worker_part(payment: Payment, worker_amount: Decimal) -> int:
    """Return the payee's part in minor units.

    Raises `ValidationFailed` (400) unless both get something.
    """
    worker_cents = to_cents(worker_amount, payment.currency)
    if not 0 < worker_cents < payment.price_cents:
        raise ValidationFailed(
            _("Give both sides a part of the price."), field="worker_amount"
        )
    return worker_cents


def require_uncontested(payment: Payment) -> None:
    """Raise `PaymentDisputed` (409) while the payer's bank may take the money back."""
    if payment.dispute_status in CONTESTED:
        raise PaymentDisputed


def _decide(
    payment: Payment, *, to_payee: int = 0, commission: int = 0, to_payer: int = 0
) -> None:
    """Book what becomes of all that is held."""
    payment.to_payee_cents = to_payee
    payment.commission_cents = commission
    payment.to_payer_cents = to_payer
    ledger.post(
        "decision",
        # Counted: what was lost and won again is decided anew.
        key=f"decision:{payment.reference}:{_times(payment, 'decision')}",
        currency=payment.currency,
        payment=payment,
        lines=[
            Line(Account.HELD, to_payee + commission + to_payer, payment=payment),
            Line(Account.PAYABLE, -to_payee, person=payment.payee),
            Line(Account.FEE_REVENUE, -commission),
            Line(Account.REFUND_DUE, -to_payer, payment=payment),
        ],
    )


def is_payable(payment: Payment) -> bool:
    """Return whether the payee's account can take a transfer now."""
    return _payable_account(payment) is not None


def _payable_account(payment: Payment) -> PayoutAccount | None:
    account = shared_queries.first(
        "payments.payout_account",
        lambda user, provider: PayoutAccount.objects.filter(
            user=user, provider=provider
        ),
        user=payment.payee_id,
        provider=payment.provider,
    )
    if account is None or not account.is_payable:
        return None
    # A decision of staff takes payouts away: the release waits as for the account.
    return None if is_bound(payment.payee_id, PAYOUTS) else account


def _transfer_if_payable(payment: Payment) -> bool:
    """Ask for the transfer and return True; False without a payable account.

    Then the caller blocks the payment. It does not look again: an account that has
    become payable in between would leave a release without a transfer.
    """
    account = _payable_account(payment)
    if account is None:
        return False
    _transfer_to(account, payment, amount_cents=payment.to_payee_cents)
    return True


def transfer(payment: Payment, *, amount_cents: int, purpose: str = "") -> None:
    """Ask the provider for a transfer out of the charge to the payee's account."""
    if amount_cents:
        account = PayoutAccount.objects.get(user=payment.payee_id)
        _transfer_to(account, payment, amount_cents=amount_cents, purpose=purpose)


def _transfer_to(
    account: PayoutAccount, payment: Payment, *, amount_cents: int, purpose: str = ""
) -> None:
    if not amount_cents:
        return
    outbox.enqueue(
        payment,
        Kind.TRANSFER,
        purpose=purpose,
        amount_cents=amount_cents,
        currency=payment.currency,
        destination=account.account_id,
        charge_id=payment.charge_id,
    )


def _refund(payment: Payment) -> None:
    outbox.enqueue(
        payment,
        Kind.REFUND,
        amount_cents=payment.to_payer_cents,
        currency=payment.currency,
        intent_id=payment.intent_id,
    )


def resume(payment: Payment, *, actor: User | None, reason: str = "") -> None:
    """Ask for the transfer that waited for the payee's account."""
    _transfer_outstanding(payment)


def _transfer_outstanding(payment: Payment) -> None:
    """Transfer what the payee is to get and does not have; again, after a recovery."""
    has = payment.transferred_cents - payment.reversed_cents
    purpose = f"rewin:{payment.dispute_id}" if payment.reversed_cents else ""
    transfer(payment, amount_cents=payment.to_payee_cents - has, purpose=purpose)


def freeze(payment: Payment, *, actor: User | None, reason: str = "") -> None:
    """Stop the clock of the automatic release."""
    payment.auto_release_at = None


def lose(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Book that the bank has given what was held back to the payer."""
    payment.ended_at = timezone.now()
    _book_loss(
        payment,
        dispute,
        Line(Account.HELD, dispute.amount_cents, payment=payment),
    )


def _book_loss(payment: Payment, dispute: Dispute, *lines: Line) -> None:
    """Book that the bank keeps what it has withdrawn; `lines` say who bears it."""
    withdrawn = Line(Account.DISPUTE_PENDING, -dispute.amount_cents, payment=payment)
    ledger.post(
        "dispute_lost",
        key=f"dispute_lost:{dispute.id}:{_times(payment, 'dispute_lost')}",
        currency=payment.currency,
        payment=payment,
        provider_object=dispute.id,
        lines=[*lines, withdrawn],
    )


def lose_blocked(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Book that the bank has given back what could not be released yet."""
    _book_loss(
        payment,
        dispute,
        Line(Account.PAYABLE, payment.to_payee_cents, person=payment.payee),
        Line(Account.FEE_REVENUE, payment.commission_cents),
    )
    payment.to_payee_cents = payment.commission_cents = 0
    payment.ended_at = timezone.now()


def reopen(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Book that the bank has overturned its decision: the money is held again."""
    payment.ended_at = None
    ledger.post(
        "dispute_overturned",
        key=f"dispute_overturned:{dispute.id}:{_times(payment, 'dispute_overturned')}",
        currency=payment.currency,
        payment=payment,
        provider_object=dispute.id,
        lines=[
            Line(Account.DISPUTE_PENDING, dispute.amount_cents, payment=payment),
            Line(Account.HELD, -dispute.amount_cents, payment=payment),
        ],
    )


def give_back_won(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Refund what the bank has given back: the payer has paid anew since then."""
    reopen(payment, actor=actor, dispute=dispute)
    refund(payment, actor=actor)


def _times(payment: Payment, kind: str) -> int:
    return shared_queries.count(
        "payments.journals",
        lambda payment, kind: Journal.objects.filter(payment=payment, kind=kind),
        payment=payment.pk,
        kind=kind,
    )


def recover(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Take the transfer back: the bank has withdrawn what was released."""
    payment.ended_at = None
    transferred = payment.calls.filter(
        kind=Kind.TRANSFER, state=ProviderCall.State.DONE
    ).first()
    amount = payment.transferred_cents - payment.reversed_cents
    if transferred is None or not amount:
        return
    outbox.enqueue(
        payment,
        Kind.REVERSE,
        purpose=dispute.id,
        amount_cents=amount,
        currency=payment.currency,
        transfer_id=transferred.provider_id,
    )


def write_off(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Book a lost dispute after the release: the payee owes it, we lose the fee."""
    owed = payment.to_payee_cents
    _book_loss(
        payment,
        dispute,
        Line(Account.RECOVERABLE, owed, person=payment.payee),
        Line(Account.CHARGEBACK_LOSS, dispute.amount_cents - owed),
    )
    payment.ended_at = timezone.now()


def win(payment: Payment, *, actor: User | None, dispute: Dispute) -> None:
    """Transfer again what was taken back from the payee for a dispute that is won.

    A recovery that is on its way is made good once it is recorded.
    """
    payment.ended_at = None
    outbox.withdraw(payment, Kind.REVERSE)
    has = payment.transferred_cents - payment.reversed_cents
    if has == payment.to_payee_cents:
        return
    payment.waits_for_account = not is_payable(payment)
    if not payment.waits_for_account:
        _transfer_outstanding(payment)


def end(payment: Payment, *, actor: User | None, **data: Any) -> None:
    """Set `ended_at`."""
    payment.ended_at = timezone.now()
