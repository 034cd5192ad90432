"""Write journals, and read balances. Debits are positive, credits negative.

with transaction.atomic():
    post("charge", key=f"charge:{charge_id}", payment=payment, lines=[
        Line(Account.PROVIDER_BALANCE, price),
        Line(Account.HELD, -price, payment=payment),
    ])
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from core.db import shared_queries
from payments.models import Balance, Entry, Journal, Payment
from payments.models.ledger import Account

# Added by the database: a balance that was read before may be older than this one.
ADD = """UPDATE payments_balance SET amount_cents = amount_cents + %s
    WHERE account = %s AND currency = %s AND {} = %s AND {} IS NULL RETURNING 1"""
ADD_OF_PAYMENT = ADD.format("payment_id", "person_id")
ADD_OF_PERSON = ADD.format("person_id", "payment_id")


class Unbalanced(Exception):
    """The lines of a journal do not add up to zero, or there are none: a bug."""


@dataclass(frozen=True)
class Line:
    """One entry to be: of a payment, or of a person, or of the platform."""

    account: str
    amount_cents: int
    payment: Payment | None = None
    person: User | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for a line of both: there is no balance of two."""
        if self.payment is not None and self.person is not None:
            raise ValueError("A line is of a payment or of a person.")


def post(
    kind: str,
    *,
    key: str,
    lines: Iterable[Line],
    currency: str,
    payment: Payment | None = None,
    provider_object: str = "",
) -> bool:
    """Write and seal a journal; return False if the event of `key` is written already.

    Lines of zero are left out; without any other, nothing is written. Call it in the
    transaction of the decision, with the payment locked. Raises `Unbalanced`, and
    `IntegrityError` if a balance that may not be overdrawn would be.
    """
    written = [line for line in lines if line.amount_cents]
    if not written:
        return False
    if sum(line.amount_cents for line in written):
        raise Unbalanced(f"{key}: {written}")
    journal = Journal(
        kind=kind,
        key=key,
        currency=currency,
        payment=payment,
        provider_object=provider_object,
    )
    # ON CONFLICT DO NOTHING: of two deliveries of one event at once, the second waits
    # for the first, and finds the key taken.
    if not shared_queries.insert(journal, ignore_conflicts=True):
        if Journal.objects.filter(key=key).exists():
            return False
        raise IntegrityError(f"{key}: another journal stands in its way.")
    Entry.objects.bulk_create(
        Entry(
            journal=journal,
            account=line.account,
            payment=line.payment,
            person=line.person,
            amount_cents=line.amount_cents,
        )
        for line in written
    )
    for line in sorted(written, key=_lock_order):
        _add_to_balance(line, currency)
    # The last write: the database checks the sum of the entries, and lets no other in.
    journal.sealed_at = timezone.now()
    journal.save(update_fields=["sealed_at"])
    return True


def _lock_order(line: Line) -> tuple[str, int, int]:
    # Two journals that touch the same balances in different orders would deadlock.
    payment = line.payment.pk if line.payment else 0
    person = line.person.pk if line.person else 0
    return (line.account, payment, person)


def _add_to_balance(line: Line, currency: str) -> None:
    if line.payment is None and line.person is None:
        return  # of all payments: no stored balance
    if _add(line, currency):
        return
    # ON CONFLICT DO NOTHING: of two first lines at once, the second adds to the first.
    first = Balance(
        account=line.account,
        currency=currency,
        amount_cents=0,
        payment=line.payment,
        person=line.person,
    )
    shared_queries.insert(first, ignore_conflicts=True)
    _add(line, currency)


def _add(line: Line, currency: str) -> bool:
    """Add a line to its balance; return whether there is one."""
    sql = ADD_OF_PERSON if line.payment is None else ADD_OF_PAYMENT
    owner = line.payment or line.person
    assert owner is not None
    params = [line.amount_cents, line.account, currency, owner.pk]
    # As in QuerySet.update: after an error, Django refuses further queries.
    with transaction.mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS):
        return bool(shared_queries.text_rows(sql, params))


def balance_of_payment(payment: Payment, account: str) -> int:
    """Return the stored balance of one account for a payment, in minor units."""
    rows = Balance.objects.filter(payment=payment, account=account, person=None)
    return rows.aggregate(Sum("amount_cents"))["amount_cents__sum"] or 0


def balance_of_person(person: User, account: str) -> int:
    """Return the stored balance of one account for a person, in minor units."""
    rows = Balance.objects.filter(person=person, account=account, payment=None)
    return rows.aggregate(Sum("amount_cents"))["amount_cents__sum"] or 0


def held_cents(payment: Payment) -> int:
    """Return what is held for a payment, in minor units."""
    return -balance_of_payment(payment, Account.HELD)


def owed_cents(currency: str) -> int:
    """Return what belongs to payers and payees, in minor units."""
    rows = Balance.objects.filter(
        account__in=(Account.HELD, Account.PAYABLE, Account.REFUND_DUE),
        currency=currency,
    )
    return -(rows.aggregate(Sum("amount_cents"))["amount_cents__sum"] or 0)
