"""What happened in a period: totals of the ledger, and payouts of each payee."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When

from payments.models import Entry, Journal
from payments.models.ledger import Account
from payments.money import to_decimal
from payments.statements import harmless

COLUMNS = ("section", "name", "person", "account", "count", "amount", "currency")


@dataclass(frozen=True)
class Row:
    """One line of the report; `cents` in the minor unit of `currency`."""

    section: str
    name: str
    currency: str
    cents: int
    count: int
    person: str = ""
    account: str = ""

    def cells(self) -> list[str]:
        """Return the texts of `COLUMNS`."""
        amount = to_decimal(self.cents, self.currency)
        texts = (self.section, self.name, self.person, self.account)
        return [*map(harmless, texts), str(self.count), str(amount), self.currency]


def report(begin: datetime, end: datetime) -> Iterator[Row]:
    """Yield the rows of the journals from `begin` until before `end`.

    By account, what was added to it (debits are positive); by kind of journal, what was
    moved; and by payee, what was transferred and not taken back.
    """
    entries = Entry.objects.filter(
        journal__created_at__gte=begin, journal__created_at__lt=end
    ).order_by()
    yield from _by_account(entries)
    yield from _by_kind(begin, end)
    yield from _by_payee(entries)


def _by_account(entries: QuerySet[Entry]) -> Iterator[Row]:
    sums: QuerySet[Any, Any] = entries.values(
        "account", currency=F("journal__currency")
    ).annotate(cents=Sum("amount_cents"), rows=Count("pk"))
    for row in sums.order_by("currency", "account"):
        yield Row("account", row["account"], row["currency"], row["cents"], row["rows"])


def _by_kind(begin: datetime, end: datetime) -> Iterator[Row]:
    journals = Journal.objects.filter(created_at__gte=begin, created_at__lt=end)
    debits = Sum("entries__amount_cents", filter=Q(entries__amount_cents__gt=0))
    grouped: QuerySet[Any, Any] = journals.order_by().values("kind", "currency")
    sums = grouped.annotate(cents=debits, rows=Count("pk", distinct=True))
    for row in sums.order_by("currency", "kind"):
        yield Row("kind", row["kind"], row["currency"], row["cents"], row["rows"])


def _by_payee(entries: QuerySet[Entry]) -> Iterator[Row]:
    moved = entries.filter(
        account=Account.PROVIDER_BALANCE, journal__kind__in=("transfer", "reversal")
    )
    sums: QuerySet[Any, Any] = moved.values(
        payee=F("journal__payment__payee"),
        username=F("journal__payment__payee__username"),
        account_id=F("journal__payment__payee__payout_account__account_id"),
        currency=F("journal__currency"),
    ).annotate(
        cents=-Sum("amount_cents"),
        rows=Sum(Case(When(journal__kind="transfer", then=1), default=0)),
    )
    for row in sums.order_by("payee", "currency").iterator():
        yield Row(
            "payee",
            row["username"],
            row["currency"],
            row["cents"],
            row["rows"],
            person=str(row["payee"]),
            account=row["account_id"] or "",
        )


def write(rows: Iterator[Row], file: IO[str]) -> int:
    """Write rows as CSV with a header; return how many."""
    writer, count = csv.writer(file), 0
    writer.writerow(COLUMNS)
    for count, row in enumerate(rows, 1):  # noqa: B007 - returned
        writer.writerow(row.cells())
    return count
