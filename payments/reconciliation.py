"""Compare the ledger with what the provider says, in both directions.

Events that never arrived are fetched. Each change of the provider's balance belongs to
one journal, and each journal of that account to one change. What the provider did and
the ledger lacks is recorded from the object itself; everything else is for staff.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Min, Q, QuerySet, Sum

from payments import alerts, ledger, recording
from payments.exceptions import Mismatch
from payments.findings import Result
from payments.ledger import Line
from payments.missing_events import batches, fetch_events
from payments.models import Entry, Journal
from payments.models.ledger import Account
from payments.providers import get_provider
from payments.providers.base import Change, Provider, Unclear

# Journals follow the change that they are about, by minutes as a rule. For those that
# were written later, the changes since their payment began are read too.
OVERLAP = timedelta(days=1)
# The provider's list may be behind what it has answered.
GRACE = timedelta(minutes=5)
BALANCE_ATTEMPTS, BALANCE_PAUSE_S = 3, 2.0
# By the type of a change: the kinds of the journals about it, and the type of the event
# by which its object is read.
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "charge": (("charge", "provider_fee"), "charge.updated"),
    "payment": (("charge", "provider_fee"), "charge.updated"),
    "transfer": (("transfer",), "transfer.created"),
    "transfer_refund": (("reversal",), "transfer.reversed"),
    "refund": (("refund",), "refund.updated"),
    "payment_refund": (("refund",), "refund.updated"),
    "refund_failure": (("refund_failed",), "refund.failed"),
    "payment_refund_failure": (("refund_failed",), "refund.failed"),
    "adjustment": (
        ("dispute_withdrawn", "dispute_reinstated"),
        "charge.dispute.updated",
    ),
}
# What the provider does with the platform alone: the account on the other side.
OWN: dict[str, str] = {
    "payout": Account.BANK,
    "payout_failure": Account.BANK,
    "payout_cancel": Account.BANK,
    "topup": Account.BANK,
    "stripe_fee": Account.PROVIDER_FEES,
}


def reconcile(
    since: datetime, *, at: datetime, dry_run: bool = False, provider: str = ""
) -> Result:
    """Compare both sides since a time; return what was found.

    With `dry_run` nothing is stored, recorded or booked. Raises `Unclear` if the
    provider does not answer.
    """
    name = provider or settings.PAYMENT_PROVIDER
    result = Result(name, since, dry_run)
    fetch_events(result)
    used: set[int] = set()  # the ids of journals that belong to a change
    _match_changes(result, since - OVERLAP, used, report_from=since)
    _find_ours_only(result, used, until=at - GRACE)
    _compare_balances(result)
    return result


# --- Changes --------------------------------------------------------------------------


def _match_changes(
    result: Result, since: datetime, used: set[int], *, report_from: datetime | None
) -> None:
    """Add the journals of changes to `used`; judge the changes since `report_from`."""
    provider = get_provider(result.provider)
    for changes in batches(provider.changes(since)):
        journals = _journals_of(changes, result.provider)
        for change in changes:
            found = [row for row in journals if _is_about(row, change, result)]
            free = [row for row in found if row.pk not in used]
            used.update(row.pk for row in free)
            if report_from is not None and change.created_at >= report_from:
                _judge(result, provider, change, free, used)


def _own_key(provider: str, change: Change) -> str:
    return f"change:{provider}:{change.id}"


def _journals_of(changes: tuple[Change, ...], provider: str) -> list[Any]:
    """Return the journals about some changes, as `of_provider` does."""
    keys = [_own_key(provider, change) for change in changes]
    keys += [f"dispute_movement:{change.id}" for change in changes]
    sources = {change.source_id for change in changes if change.source_id}
    return list(
        of_provider(provider).filter(Q(key__in=keys) | Q(provider_object__in=sources))
    )


def of_provider(name: str) -> QuerySet[Any]:
    """Return the journals that change the balance at a provider, with `cents`."""
    # A platform may have had another provider before.
    ours = Q(payment__provider=name) | Q(
        payment=None, key__startswith=f"change:{name}:"
    )
    cents = Sum("entries__amount_cents", filter=_IN_BALANCE)
    rows = Journal.objects.filter(ours).annotate(cents=cents)
    return rows.exclude(cents=None).order_by("pk")


_IN_BALANCE = Q(entries__account=Account.PROVIDER_BALANCE)


def _is_about(journal: Journal, change: Change, result: Result) -> bool:
    if journal.key == _own_key(result.provider, change):
        return True
    kinds, _event = KINDS.get(change.type, ((), ""))
    if change.type == "adjustment":
        return journal.key == f"dispute_movement:{change.id}"
    return journal.kind in kinds and journal.provider_object == change.source_id


def _net(change: Change) -> int:
    return change.amount_cents - change.fee_cents


def _judge(
    result: Result,
    provider: Provider,
    change: Change,
    journals: list[Any],
    used: set[int],
) -> None:
    if not journals and not _net(change):
        result.matched += 1  # nothing has moved, and nothing is booked
        return
    if not journals:
        journals = _book(result, provider, change, used)
        used.update(row.pk for row in journals)
    elif _lacks_fee(change, journals) and not result.dry_run:
        journals += _add_fee(result, provider, change, used)
    if journals:
        _compare(result, change, journals)


def _lacks_fee(change: Change, journals: list[Any]) -> bool:
    return bool(change.fee_cents) and [row.kind for row in journals] == ["charge"]


def _add_fee(
    result: Result, provider: Provider, change: Change, used: set[int]
) -> list[Any]:
    """Record the fee of a charge, which the provider may know later than the charge."""
    _record_object(provider, change)
    found = _unused(result, change, used)
    used.update(row.pk for row in found)
    result.repaired += len(found)
    result.findings += [f"repaired: {row.key}" for row in found]
    return found


def _compare(result: Result, change: Change, journals: list[Any]) -> None:
    booked = sum(row.cents for row in journals)
    same_currency = all(row.currency == change.currency.upper() for row in journals)
    if booked == _net(change) and same_currency:
        result.matched += 1
        return
    text = (
        f"{change.id} {change.type} of {change.source_id}: "
        f"{_net(change)} {change.currency.upper()} there, "
        f"{booked} {journals[0].currency} in {journals[0].key}"
    )
    result.unexplained("amount_differs", text, _net(change) - booked)


def _book(
    result: Result, provider: Provider, change: Change, used: set[int]
) -> list[Any]:
    """Write the journals of a change that has none; return them."""
    text = f"{change.id} {change.type} of {change.source_id}: {_net(change)}"
    if result.dry_run:
        result.unexplained("theirs_only", text, _net(change))
        return []
    if change.type in OWN:
        _post_own(result, change, OWN[change.type], kind=f"platform_{change.type}")
        result.booked += 1
    elif change.type not in KINDS:
        _post_own(result, change, Account.SUSPENSE, kind="unknown_change")
        result.suspended += 1
        result.findings.append(f"suspended: {text}")
        alerts.mismatch(change.id, f"A change of an unknown type: {text}.")
    else:
        return _repair(result, provider, change, used)
    return _unused(result, change, used)


def _repair(
    result: Result, provider: Provider, change: Change, used: set[int]
) -> list[Any]:
    text = f"{change.id} {change.type} of {change.source_id}: {_net(change)}"
    problem = _record_object(provider, change)
    if not problem and (found := _unused(result, change, used)):
        result.repaired += 1
        result.findings.append(f"repaired: {text}")
        return found
    result.unexplained("theirs_only", f"{text}: {problem}", _net(change))
    return []


def _unused(result: Result, change: Change, used: set[int]) -> list[Any]:
    """Return the journals of one change that belong to no other one."""
    journals = _journals_of((change,), result.provider)
    about = [row for row in journals if _is_about(row, change, result)]
    return [row for row in about if row.pk not in used]


@transaction.atomic
def _post_own(result: Result, change: Change, account: str, *, kind: str) -> None:
    """Book a change of the platform's own, once: its key is the id of the change."""
    ledger.post(
        kind[:30],
        key=_own_key(result.provider, change),
        currency=change.currency.upper(),
        provider_object=change.source_id,
        lines=[
            Line(Account.PROVIDER_BALANCE, _net(change)),
            Line(account, -_net(change)),
        ],
    )


def _record_object(provider: Provider, change: Change) -> str:
    """Record the object behind a change, as it is now; return why not, or nothing."""
    _kinds, event_type = KINDS[change.type]
    try:
        facts = provider.facts_of(event_type, {"object_id": change.source_id})
        with transaction.atomic():
            for fact in facts:
                recording.record(fact)
    except (Mismatch, Unclear, DatabaseError) as error:
        return str(error).split("\n", 1)[0]
    return "" if facts else "the provider has no such object"


# --- Journals without a change --------------------------------------------------------


def _find_ours_only(result: Result, used: set[int], *, until: datetime) -> None:
    candidates = of_provider(result.provider).filter(
        created_at__gte=result.since, created_at__lt=until
    )
    rest = [row.pk for row in candidates.iterator() if row.pk not in used]
    if rest and (begun_at := _begin_of(rest)):
        # Perhaps their changes are older than what was read.
        _match_changes(result, begun_at, used, report_from=None)
    for row in of_provider(result.provider).filter(pk__in=set(rest) - used):
        text = f"{row.key} ({row.provider_object}): {row.cents} {row.currency}"
        result.unexplained("ours_only", text, row.cents)


def _begin_of(journals: list[int]) -> datetime | None:
    rows = Journal.objects.filter(pk__in=journals)
    return rows.aggregate(at=Min("payment__created_at"))["at"]


# --- Balances -------------------------------------------------------------------------


def booked_balance_cents(provider: str, currency: str) -> int:
    """Return what the ledger has in the balance at a provider."""
    ours = Q(journal__payment__provider=provider) | Q(
        journal__payment=None, journal__key__startswith=f"change:{provider}:"
    )
    entries = Entry.objects.filter(
        ours, account=Account.PROVIDER_BALANCE, journal__currency=currency
    )
    return entries.aggregate(total=Sum("amount_cents"))["total"] or 0


def _differences(provider: str, currency: str) -> Iterator[int]:
    """Yield the difference of the balances, measured anew with a pause."""
    for attempt in range(BALANCE_ATTEMPTS):
        if attempt:
            time.sleep(BALANCE_PAUSE_S)
        before = booked_balance_cents(provider, currency)
        theirs = get_provider(provider).balance_cents(currency)
        after = booked_balance_cents(provider, currency)
        yield 0 if theirs in (before, after) else theirs - after


def _compare_balances(result: Result) -> None:
    """Compare the balances; several times, as the provider is ahead of the ledger.

    A call that it has just carried out is in its balance before our record of it.
    """
    currency = settings.PAYMENT_CURRENCY
    for difference in _differences(result.provider, currency):
        result.balance_difference_cents = difference
        if not difference:
            break
    entries = Entry.objects.filter(account=Account.SUSPENSE)
    result.suspense_cents = entries.aggregate(s=Sum("amount_cents"))["s"] or 0
    if result.balance_difference_cents:
        result.findings.append(
            f"balance: the provider has {result.balance_difference_cents} more "
            f"{currency} (minor units) than the ledger"
        )
    if result.suspense_cents:
        result.findings.append(f"suspense: {result.suspense_cents} is not explained")
