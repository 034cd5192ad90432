"""Find the payment that a fact of the provider is about, and run its transitions."""

from typing import Any

from core.db.locks import locked
from payments.exceptions import Mismatch
from payments.models import Payment
from payments.providers.base import Dispute, Intent, Refund, Reversal, Transfer
from payments.workflow import PAYMENT_WORKFLOW


def payment_of(fact: Intent | Transfer | Reversal | Refund | Dispute) -> Payment:
    """Return the payment that a fact names by our reference, locked.

    Raises `Mismatch` if there is none, or its currency is another.
    """
    payment = locked(Payment.objects).filter(reference=fact.reference).first()
    if payment is None:
        raise Mismatch(f"{fact.id} is of no payment of ours: {fact.reference!r}")
    if payment.currency != fact.currency.upper():
        raise Mismatch(f"{fact.id} is in {fact.currency}, {payment} is not")
    return payment


def run(name: str, payment: Payment, **data: Any) -> Payment:
    """Run a transition of the provider; return the payment."""
    return PAYMENT_WORKFLOW.run(name, payment, actor=None, **data)
