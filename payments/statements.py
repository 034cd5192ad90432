"""What a person has paid and got: the balance, and the history as a table."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from payments.models import Payment
from payments.money import to_decimal, to_number

Status = Payment.Status
MAX_CSV_ROWS = 10_000
# A spreadsheet reads a cell that begins with one of them as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    *("id", "created_at", "status", "title", "payer", "payee"),
    *("price", "fee", "refunded", "released", "currency", "held_at", "ended_at"),
)


def balance_of(user: User) -> dict[str, Any]:
    """Return what `user` gets as a payee: amounts without the commission."""
    currency = settings.PAYMENT_CURRENCY
    sent = F("transferred_cents") - F("reversed_cents")
    is_held = Q(status__in=(Status.HELD, Status.FROZEN))
    is_moving = Q(
        status__in=(Status.RELEASING, Status.PAYOUT_BLOCKED, Status.REFUNDING)
    )
    payments = Payment.objects.filter(payee=user.pk, currency=currency)
    sums = payments.aggregate(
        held=Coalesce(Sum(F("price_cents") - F("fee_cents"), filter=is_held), 0),
        in_transit=Coalesce(Sum(F("to_payee_cents") - sent, filter=is_moving), 0),
        paid_out=Coalesce(Sum(sent), 0),
    )
    amounts = {name: to_number(cents, currency) for name, cents in sums.items()}
    return {"currency": currency} | amounts


def as_csv(payments: Iterable[Payment]) -> str:
    """Return payments as comma-separated values, with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(payment) for payment in payments)
    return text.getvalue()


def _cells(payment: Payment) -> list[str]:
    def amount(cents: int) -> str:
        return str(to_decimal(cents, payment.currency))

    return [
        str(payment.pk),
        payment.created_at.isoformat(),
        payment.status,
        harmless(payment.subject_title),
        harmless(payment.payer.public_name),
        harmless(payment.payee.public_name),
        amount(payment.price_cents),
        amount(payment.shown_fee_cents),
        amount(payment.refunded_cents),
        amount(payment.transferred_cents - payment.reversed_cents),
        payment.currency,
        payment.held_at.isoformat() if payment.held_at else "",
        payment.ended_at.isoformat() if payment.ended_at else "",
    ]


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet runs: people choose names and titles."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
