"""Transfers, their reversals, and payouts of connected accounts."""

from typing import Any

from tests.live.payment_stub.errors import ApiError, refused
from tests.live.payment_stub.store import Object, Store


def create(store: Store, params: dict[str, Any]) -> Object:
    """Answer POST /v1/transfers."""
    amount, currency = params.get("amount", 0), params["currency"]
    if amount <= 0:
        raise ApiError(400, "parameter_missing", param="amount")
    account = store.get(params["destination"], "v2.core.account", "destination")
    if account["_disconnected"]:
        raise ApiError(403, "account_invalid", param="destination", is_kept=True)
    if account["_status"] != "active":
        raise refused("insufficient_capabilities_for_transfer", param="destination")
    available_on = _draw(store, params, amount)
    row = store.add(
        "tr",
        "transfer",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        destination=account["id"],
        source_transaction=params.get("source_transaction"),
        transfer_group=params.get("transfer_group"),
        metadata=params.get("metadata", {}),
        reversed=False,
    )
    entry = store.book("transfer", -amount, row, available_on=available_on)
    row["balance_transaction"] = entry["id"]
    store.funds[account["id"]] = store.funds.get(account["id"], 0) + amount
    store.emit("transfer.created", row)
    return row


def _draw(store: Store, params: dict[str, Any], amount: int) -> int:
    """Return when the money of a transfer is available. Raises `ApiError`."""
    source, currency = params.get("source_transaction"), params["currency"]
    if not source:
        if store.available(currency) < amount:
            raise refused("balance_insufficient")
        return store.now()
    charge = store.get(source, "charge", "source_transaction")
    left = charge["amount"] - charge["amount_refunded"] - charge["_transferred"]
    if charge["status"] != "succeeded" or charge["currency"] != currency:
        raise refused("parameter_invalid", param="source_transaction")
    if amount > left:  # whatever the balance: it comes out of the charge
        raise refused("balance_insufficient")
    charge["_transferred"] += amount
    return store.objects[charge["balance_transaction"]]["available_on"]


def reverse(store: Store, params: dict[str, Any], transfer_id: str) -> Object:
    """Answer POST /v1/transfers/{id}/reversals."""
    transfer = store.get(transfer_id, "transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount, account = params.get("amount", left), transfer["destination"]
    if not 0 < amount <= left:
        raise refused("parameter_invalid", param="amount")
    if store.funds[account] < amount:
        raise refused("balance_insufficient", "The account has not that much.")
    store.funds[account] -= amount
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    if charge := store.objects.get(transfer["source_transaction"] or ""):
        charge["_transferred"] -= amount
    row = store.add(
        "trr",
        "transfer_reversal",
        amount=amount,
        currency=transfer["currency"],
        transfer=transfer_id,
        metadata=params.get("metadata", {}),
    )
    row["balance_transaction"] = store.book("transfer_refund", amount, row)["id"]
    store.emit("transfer.reversed", transfer)
    return row


# --- Payouts of connected accounts ----------------------------------------------------


def pay_out(store: Store, account: str, amount: int = 0) -> Object:
    """Pay the funds of an account, or a part of them, to its bank."""
    amount = amount or store.funds.get(account, 0)
    store.funds[account] = store.funds.get(account, 0) - amount
    row = store.add(
        "po",
        "payout",
        amount=amount,
        currency="eur",
        status="paid",
        failure_code=None,
        arrival_date=store.now(),
        _account=account,
    )
    store.emit("payout.paid", row, account=account)
    return row


def fail_payout(store: Store, payout: str) -> Object:
    """Let a payout that was paid come back from the bank, as it may for days."""
    row = store.get(payout, "payout")
    row |= {"status": "failed", "failure_code": "account_closed"}
    store.funds[row["_account"]] += row["amount"]
    store.emit("payout.failed", row, account=row["_account"])
    return row


def get_payout(store: Store, payout_id: str, account: str) -> Object:
    """Answer GET /v1/payouts/{id}: with the header of its account alone."""
    row = store.get(payout_id, "payout")
    if row["_account"] != account:
        raise ApiError(404, "resource_missing", param="id")
    return row
