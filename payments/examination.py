"""The examination of the ledger: it is in balance, and agrees with the payments.

Journals are read in batches of their ids and added up by the database, so the memory
needed is the same for a thousand and for a million.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from payments.models import Balance, Entry, Journal, LedgerCheck, Payment
from payments.models.ledger import Account
from payments.solvency import insolvencies

BATCH = 5_000
# An id is given before the commit: a journal with a lower one may have appeared after
# a higher one was checked.
OVERLAP = 1_000
Status = Payment.Status


@dataclass(frozen=True)
class Fault:
    """What is wrong: the check (an invariant), what it is about, and how."""

    check: str
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.check} {self.subject}: {self.problem}"


def last_checked() -> LedgerCheck:
    """Return how far the ledger was found in order."""
    return LedgerCheck.objects.get_or_create(name="ledger")[0]


def examine(
    *, after: int = 0, changed_since: datetime | None = None
) -> Iterator[Fault]:
    """Yield the faults of the journals with an id above `after`, and of their payments.

    Payments that were changed since `changed_since` are examined too; without it, all
    payments and balances are.
    """
    for low, high in batches(Journal.objects.filter(pk__gt=after)):
        yield from _of_journals(low, high)
        if changed_since is not None:
            yield from _of_touched(low, high)
    everything = Payment.objects.all()
    if changed_since is not None:
        everything = everything.filter(updated_at__gte=changed_since)
    for low, high in batches(everything):
        yield from _of_payments(everything.filter(pk__range=(low, high)))
    if changed_since is None:
        for low, high in batches(Balance.objects.all()):
            rows = Balance.objects.filter(pk__range=(low, high))
            yield from _of_balances(rows)
    for sentence in insolvencies():
        yield Fault("I7", "the platform", sentence)


def examine_new() -> Iterator[Fault]:
    """Yield the faults of what was written since the last examination without any.

    Afterwards it is remembered how far that was, if there were no faults.
    """
    last, begun_at = last_checked(), timezone.now()
    newest = newest_journal()
    is_faulty = False
    for fault in examine(
        after=last.journal_id - OVERLAP, changed_since=last.checked_at
    ):
        is_faulty = True
        yield fault
    if not is_faulty:
        remember(newest, at=begun_at)


def newest_journal() -> int:
    """Return the id of the newest journal; 0 without any."""
    newest = Journal.objects.order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def remember(journal_id: int, *, at: datetime) -> None:
    """Remember up to which journal, and when, the ledger was found in order."""
    last_checked()
    LedgerCheck.objects.update(journal_id=journal_id, checked_at=at)


def batches(rows: QuerySet[Any]) -> Iterator[tuple[int, int]]:
    """Yield the lowest and highest id of each part of `rows`, at most `BATCH` long."""
    ends = rows.order_by().aggregate(Min("pk"), Max("pk"))
    low, last = ends["pk__min"], ends["pk__max"]
    while low is not None and low <= last:
        yield low, min(low + BATCH - 1, last)
        low += BATCH


# --- Journals -------------------------------------------------------------------------


def _of_journals(low: int, high: int) -> Iterator[Fault]:
    journals = Journal.objects.filter(pk__range=(low, high)).order_by("pk")
    sums = journals.annotate(
        total=Coalesce(Sum("entries__amount_cents"), 0), lines=Count("entries")
    )
    faulty = sums.filter(Q(sealed_at=None) | Q(lines=0) | ~Q(total=0))
    for row in faulty.values("key", "sealed_at", "total", "lines").iterator():
        seal = "" if row["sealed_at"] else ", and is not sealed"
        yield Fault(
            "I1",
            f"journal {row['key']}",
            f"its {row['lines']} entries are {row['total']} together{seal}",
        )
    yield from _in_two_currencies(low, high)
    yield from _without_balance(low, high)


def _with_entries(low: int, high: int, **condition: Any) -> QuerySet[Journal]:
    """Return journals joined to their entries: a row for each entry."""
    # The range twice, of journals and of entries: PostgreSQL does not conclude one from
    # the other, and would read one of the tables as a whole for each part.
    return Journal.objects.order_by().filter(
        pk__range=(low, high),
        entries__journal__gte=low,
        entries__journal__lte=high,
        **condition,
    )


def _in_two_currencies(low: int, high: int) -> Iterator[Fault]:
    # Two queries: with an OR, PostgreSQL would look up the entries one by one.
    own = Journal.objects.order_by().filter(pk__range=(low, high))
    # A subquery: joined, PostgreSQL would read all payments for each part.
    currency = Payment.objects.filter(pk=OuterRef("payment")).values("currency")
    own = own.exclude(payment=None).annotate(other=Subquery(currency))
    own = own.exclude(other=F("currency"))
    lines = _with_entries(low, high, entries__payment__isnull=False)
    of_others = lines.annotate(other=F("entries__payment__currency")).exclude(
        other=F("currency")
    )
    for rows in (own, of_others):
        for key in rows.values_list("key", flat=True).distinct().iterator():
            yield Fault(
                "currency", f"journal {key}", "its payment has another currency"
            )


def _without_balance(low: int, high: int) -> Iterator[Fault]:
    """Yield entries of a payment or a person whose balance does not exist."""
    same = Balance.objects.filter(
        account=OuterRef("entries__account"), currency=OuterRef("currency")
    )
    of_payment = _with_entries(low, high, entries__payment__isnull=False).annotate(
        stored=Exists(same.filter(payment=OuterRef("entries__payment"), person=None))
    )
    of_person = _with_entries(
        low, high, entries__payment=None, entries__person__isnull=False
    ).annotate(
        stored=Exists(same.filter(person=OuterRef("entries__person"), payment=None))
    )
    for rows in (of_payment, of_person):
        missing = rows.filter(stored=False)
        for pk, account in missing.values_list(
            "entries__pk", "entries__account"
        ).iterator():
            yield Fault("balance", f"entry {pk}", f"{account} has no stored balance")


# --- Balances -------------------------------------------------------------------------


def _of_touched(low: int, high: int) -> Iterator[Fault]:
    """Yield the faults of the balances and payments of some journals."""
    journals = Journal.objects.filter(pk__range=(low, high))
    entries = Entry.objects.filter(journal__in=journals).order_by()
    payments = entries.exclude(payment=None).values("payment")
    people = entries.exclude(person=None).values("person")
    yield from _of_balances(Balance.objects.filter(payment__in=payments))
    yield from _of_balances(Balance.objects.filter(person__in=people))
    touched = journals.exclude(payment=None).values("payment")
    yield from _of_payments(Payment.objects.filter(pk__in=touched))


def _of_balances(balances: QuerySet[Balance]) -> Iterator[Fault]:
    # In one statement: what is committed meanwhile is in both, or in neither.
    entries = Entry.objects.filter(
        account=OuterRef("account"), journal__currency=OuterRef("currency")
    )
    total = Coalesce(
        _sum(entries.filter(payment=OuterRef("payment")), "payment"),
        _sum(entries.filter(payment=None, person=OuterRef("person")), "person"),
        0,
    )
    wrong = balances.annotate(total=total).exclude(amount_cents=F("total"))
    for row in wrong.order_by("pk").iterator():
        owner = f"payment {row.payment_id}" if row.payment_id else f"of {row.person_id}"
        yield Fault(
            "balance",
            f"{row.account} {owner}",
            f"{row.amount_cents} is stored, the entries are {row.total} together",
        )


def _sum(entries: QuerySet[Entry], owner: str) -> Subquery:
    """Return the sum of `entries`, which are all of one `owner`; NULL for none."""
    sums = entries.order_by().values(owner).annotate(total=Sum("amount_cents"))
    return Subquery(sums.values("total"))


# --- Payments -------------------------------------------------------------------------


def _of_payments(payments: QuerySet[Payment]) -> Iterator[Fault]:
    # In one statement, as above.
    rows = payments.annotate(
        held=-_balance(Account.HELD),
        refund_due=-_balance(Account.REFUND_DUE),
        payable=-_of_journals_of(account=Account.PAYABLE),
        charged=_moved("charge"),
        transferred=-_moved("transfer"),
        reversed=_moved("reversal"),
        refunded=-_moved("refund", "refund_failed"),
    )
    for payment in rows.order_by("pk").iterator(chunk_size=500):
        for check, problem in problems(payment):
            yield Fault(check, f"payment {payment.reference}", problem)


def _balance(account: str) -> Coalesce:
    rows = Balance.objects.filter(
        account=account,
        payment=OuterRef("pk"),
        person=None,
        currency=OuterRef("currency"),
    )
    return Coalesce(Subquery(rows.values("amount_cents")), 0)


def _of_journals_of(**condition: Any) -> Coalesce:
    entries = Entry.objects.filter(journal__payment=OuterRef("pk"), **condition)
    return Coalesce(_sum(entries, "journal__payment"), 0)


def _moved(*kinds: str) -> Coalesce:
    return _of_journals_of(account=Account.PROVIDER_BALANCE, journal__kind__in=kinds)


def problems(payment: Any) -> Iterator[tuple[str, str]]:
    """Yield (invariant, sentence) for a payment with the sums of its entries."""
    held = payment.price_cents if payment.status in (Status.HELD, Status.FROZEN) else 0
    if payment.held != held:
        yield "I3", f"{payment.status}, and {payment.held} is held instead of {held}"
    out = payment.transferred - payment.reversed
    if out > payment.charged - payment.refunded:
        yield "I4", f"{out} went to the payee of {payment.charged} − {payment.refunded}"
    for name in ("charged", "transferred", "reversed", "refunded"):
        counted, booked = getattr(payment, f"{name}_cents"), getattr(payment, name)
        if counted != booked:
            yield "counters", f"{name}_cents is {counted}, the ledger has {booked}"
    yield from _owed(payment, out)


def _owed(payment: Any, out: int) -> Iterator[tuple[str, str]]:
    """I6: what is owed to both sides is what the status says."""
    may_owe_payee = payment.status in (
        *(Status.RELEASING, Status.PAYOUT_BLOCKED, Status.REFUNDING),
    )
    # A refund that failed after its end is owed again; it is in the queue of staff.
    may_owe_payer = (
        payment.status == Status.REFUNDING or payment.problem == "refund_failed"
    )
    for name, most in (
        ("payable", payment.to_payee_cents if may_owe_payee else 0),
        ("refund_due", payment.to_payer_cents if may_owe_payer else 0),
    ):
        if not 0 <= getattr(payment, name) <= most:
            owed = getattr(payment, name)
            yield "I6", f"{payment.status}, and {name} is {owed}, not 0 to {most}"
    yield from _decided(payment, out)


PAID = (Status.RELEASED, Status.PARTLY_REFUNDED)
BACK = (Status.REFUNDED, Status.PARTLY_REFUNDED)
DECIDED = (
    *(Status.RELEASING, Status.PAYOUT_BLOCKED, Status.RELEASED, Status.REFUNDING),
    *(Status.REFUNDED, Status.PARTLY_REFUNDED, Status.RECOVERING, Status.RECOVERED),
)


def _decided(payment: Any, out: int) -> Iterator[tuple[str, str]]:
    """I6: all of the price was decided about, and has gone where the status says."""
    parts = payment.to_payee_cents + payment.commission_cents, payment.to_payer_cents
    if payment.status in DECIDED and sum(parts) != payment.price_cents:
        yield "I6", f"{payment.status}, and {sum(parts)} of the price was decided about"
    if payment.status in PAID and out != payment.to_payee_cents:
        yield "I6", f"{payment.status}, and {out} went to the payee"
    whole = {Status.RELEASED: parts[0], Status.REFUNDED: parts[1]}
    if whole.get(payment.status, payment.price_cents) != payment.price_cents:
        yield "I6", f"{payment.status}, and the price was divided as {parts}"
    failed = payment.problem == "refund_failed"
    if (
        payment.status in BACK
        and not failed
        and payment.refunded != payment.to_payer_cents
    ):
        yield "I6", f"{payment.status}, and {payment.refunded} went back to the payer"
