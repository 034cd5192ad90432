"""Stripe's objects as facts, read anew from its API.

Our reference stands in the metadata of what we have made. An object of the same Stripe
account without one is of another system: no fact.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from payments.providers.base import (
    CANCELED,
    FAILED,
    PENDING,
    SUCCEEDED,
    Dispute,
    Fact,
    Intent,
    Movement,
    PayoutReport,
    Refund,
    Reversal,
    Transfer,
)
from payments.providers.stripe_accounts import read_own_account
from payments.providers.stripe_client import client

INTENT_EXPAND = ["latest_charge.balance_transaction"]
INTENT_STATUSES = {"succeeded": SUCCEEDED, "canceled": CANCELED}  # others: pending
REFUND_STATUSES = {"succeeded": SUCCEEDED, "failed": FAILED, "canceled": CANCELED}
DISPUTE_STATUSES = {
    "warning_needs_response": "warning",
    "warning_under_review": "warning",
    "warning_closed": "closed",
    "prevented": "closed",
    "needs_response": "open",
    "under_review": "open",
    "appeal_needs_response": "open",
    "appeal_under_review": "open",
    "won": "won",
    "lost": "lost",
}


def text_of(row: Any, name: str) -> str:
    """Return a member of an object's metadata; an empty text without it."""
    metadata = getattr(row, "metadata", None)
    return str(metadata[name]) if metadata and name in metadata else ""


def id_of(value: Any) -> str:
    """Return the id of a member that may be expanded, or empty."""
    return getattr(value, "id", value) or ""


def _money(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "amount_cents": row.amount,
        "currency": row.currency.upper(),
        "reference": text_of(row, "reference"),
    }


# --- One object -----------------------------------------------------------------------


def intent_fact(row: Any) -> Intent:
    """Return a PaymentIntent; with its fee, if its charge is expanded and settled."""
    is_paid = row.status == "succeeded"
    money = _money(row) | ({"amount_cents": row.amount_received} if is_paid else {})
    fee = _fee(row) if is_paid else None
    return Intent(
        **money,
        status=INTENT_STATUSES.get(row.status, PENDING),
        # Of a declined attempt it is a charge that has failed.
        charge_id=id_of(row.latest_charge) if is_paid else "",
        client_secret=row.client_secret or "",
        fee_id=fee.id if fee else "",
        fee_cents=fee.fee if fee else 0,
    )


def _fee(row: Any) -> Any:
    """Return the balance transaction of the charge, once it is known.

    None in another currency: then its amounts are no minor units of the payment's.
    """
    entry: Any = getattr(row.latest_charge, "balance_transaction", None)
    has_fee = hasattr(entry, "fee") and entry.currency == row.currency
    return entry if has_fee else None


def transfer_fact(row: Any) -> Transfer:
    """Return a transfer."""
    money = _money(row)
    return Transfer(
        **money | {"reference": money["reference"] or row.transfer_group or ""},
        destination=id_of(row.destination),
        purpose=text_of(row, "purpose"),
    )


def reversal_fact(row: Any, *, reference: str = "") -> Reversal:
    """Return a part of a transfer that came back; `reference` is of the transfer."""
    money = _money(row)
    return Reversal(
        **money | {"reference": money["reference"] or reference},
        purpose=text_of(row, "purpose"),
    )


def refund_fact(row: Any) -> Refund:
    """Return a refund. One that was made by hand has the reference of its intent."""
    money = _money(row)
    made_from = text_of(row.payment_intent, "reference")
    reasons = (
        getattr(row, name, None) for name in ("failure_reason", "pending_reason")
    )
    return Refund(
        **money | {"reference": money["reference"] or made_from},
        status=REFUND_STATUSES.get(row.status, PENDING),
        purpose=text_of(row, "purpose"),
        reason=next(filter(None, reasons), ""),
    )


def dispute_fact(row: Any) -> Dispute:
    """Return a dispute with what it has moved; its intent must be expanded."""
    return Dispute(
        **_money(row) | {"reference": text_of(row.payment_intent, "reference")},
        status=DISPUTE_STATUSES[row.status],
        movements=tuple(
            Movement(each.id, each.amount, each.fee)
            for each in row.balance_transactions or ()
        ),
    )


# --- What an event reports ------------------------------------------------------------


def facts_of(event_type: str, payload: Mapping[str, Any]) -> list[Fact]:
    """Return what an event reports, as it is now. Empty for a type without readers."""
    name = event_type.rpartition(".")[0]
    if name.startswith("v2.core.account"):
        # The state of an account in one type for each of its parts.
        is_account = payload.get("object") == "v2.core.account"
        return read_own_account(payload["object_id"]) if is_account else []
    account = payload.get("account", "")
    readers = OF_ACCOUNT if account else OF_PLATFORM
    reader = readers.get(name)
    return list(reader(payload["object_id"], account)) if reader else []


def _intent(object_id: str, account: str) -> Iterator[Fact]:
    row = client().v1.payment_intents.retrieve(object_id, {"expand": INTENT_EXPAND})
    if text_of(row, "reference"):
        yield intent_fact(row)


def _charge(object_id: str, account: str) -> Iterator[Fact]:
    row = client().v1.charges.retrieve(object_id)
    if row.payment_intent:
        yield from _intent(id_of(row.payment_intent), account)


def _refund(object_id: str, account: str) -> Iterator[Fact]:
    row = client().v1.refunds.retrieve(object_id, {"expand": ["payment_intent"]})
    fact = refund_fact(row)
    if fact.reference:
        yield fact


def _dispute(object_id: str, account: str) -> Iterator[Fact]:
    row = client().v1.disputes.retrieve(object_id, {"expand": ["payment_intent"]})
    fact = dispute_fact(row)
    if fact.reference:
        yield fact


def _transfer(object_id: str, account: str) -> Iterator[Fact]:
    api = client().v1.transfers
    fact = transfer_fact(api.retrieve(object_id))
    if not fact.reference:
        return
    yield fact
    rows = api.reversals.list(object_id, {"limit": 100})
    for row in rows.auto_paging_iter():
        yield reversal_fact(row, reference=fact.reference)


def _payout(object_id: str, account: str) -> Iterator[Fact]:
    row = client().v1.payouts.retrieve(object_id, options={"stripe_account": account})
    yield PayoutReport(
        row.id,
        account,
        is_failed=row.status == "failed",
        amount_cents=row.amount,
        currency=row.currency.upper(),
        reason=row.failure_code or "",
    )


def _account(object_id: str, account: str) -> Iterator[Fact]:
    yield from read_own_account(account)


Reader = Callable[[str, str], Iterator[Fact]]
OF_PLATFORM: dict[str, Reader] = {
    "payment_intent": _intent,
    "charge": _charge,
    "charge.refund": _refund,
    "refund": _refund,
    "charge.dispute": _dispute,
    "transfer": _transfer,
}
# Of a connected account its own charges and refunds are none of ours.
OF_ACCOUNT: dict[str, Reader] = {
    "payout": _payout,
    "account": _account,
    "account.application": _account,  # deauthorized: then it is out of our reach
    "account.external_account": _account,
    "capability": _account,
}
