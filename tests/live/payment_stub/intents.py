"""Payment intents, charges and refunds, and what payers do with them."""

from typing import Any

from tests.live.payment_stub.errors import ApiError, refused
from tests.live.payment_stub.store import Object, Store

FEE_PERCENT, FEE_FIXED_CENTS = 1.5, 25
UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(store: Store, params: dict[str, Any]) -> Object:
    """Answer POST /v1/payment_intents."""
    suffix = params.get("statement_descriptor_suffix", "A")
    if params["amount"] < 50:
        raise ApiError(400, "amount_too_small", param="amount")
    if len(suffix) > 22 or not any(letter.isalpha() for letter in suffix):
        raise ApiError(400, "parameter_invalid", param="statement_descriptor_suffix")
    row = store.add(
        "pi",
        "payment_intent",
        amount=params["amount"],
        amount_received=0,
        currency=params["currency"],
        capture_method=params.get("capture_method", "automatic"),
        description=params.get("description"),
        metadata=params.get("metadata", {}),
        transfer_group=params.get("transfer_group"),
        status="requires_payment_method",
        latest_charge=None,
        last_payment_error=None,
    )
    row["client_secret"] = f"{row['id']}_secret_{row['id'][-12:]}"
    store.emit("payment_intent.created", row)
    return row


def cancel(store: Store, params: dict[str, Any], intent_id: str) -> Object:
    """Answer POST /v1/payment_intents/{id}/cancel."""
    row = store.get(intent_id, "payment_intent")
    if row["status"] not in UNPAID:
        raise refused("payment_intent_unexpected_state")
    row |= {"status": "canceled", "cancellation_reason": "abandoned"}
    store.emit("payment_intent.canceled", row)
    return row


# --- What the payer does --------------------------------------------------------------


def pay(store: Store, intent: str) -> Object:
    """Pay an intent with a card that succeeds."""
    row = _unpaid(store, intent)
    available_on = store.now() + store.settle_after_s
    charge = _charge(store, row, "succeeded")
    fee = round(row["amount"] * FEE_PERCENT / 100) + FEE_FIXED_CENTS
    entry = store.book(
        "charge", row["amount"], charge, fee=fee, available_on=available_on
    )
    charge["balance_transaction"] = entry["id"]
    row |= {"status": "succeeded", "amount_received": row["amount"]}
    row["latest_charge"] = charge["id"]
    store.emit("charge.succeeded", charge)
    store.emit("payment_intent.succeeded", row)
    store.emit("charge.updated", charge)
    return row


def decline(store: Store, intent: str) -> Object:
    """Try a card that its bank refuses; another may be tried."""
    row = _unpaid(store, intent)
    row["latest_charge"] = _charge(store, row, "failed")["id"]
    row |= {"status": "requires_payment_method"}
    row["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
    store.emit("payment_intent.payment_failed", row)
    return row


def ask(store: Store, intent: str) -> Object:
    """Try a card whose bank asks for 3-D Secure: then `pay` or `decline`."""
    row = _unpaid(store, intent)
    row["status"] = "requires_action"
    store.emit("payment_intent.requires_action", row)
    return row


def change(store: Store, object_id: str, **members: Any) -> Object:
    """Change members of any object, to what it should never be."""
    row = store.objects[object_id]
    row |= members
    return row


def _unpaid(store: Store, intent: str) -> Object:
    row = store.get(intent, "payment_intent")
    if row["status"] not in UNPAID:
        raise refused("payment_intent_unexpected_state")
    return row


def _charge(store: Store, intent: Object, status: str) -> Object:
    return store.add(
        "ch",
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        currency=intent["currency"],
        payment_intent=intent["id"],
        metadata=dict(intent["metadata"]),
        transfer_group=intent["transfer_group"],
        status=status,
        disputed=False,
        balance_transaction=None,
        _transferred=0,
    )


# --- Refunds --------------------------------------------------------------------------


def refund(store: Store, params: dict[str, Any]) -> Object:
    """Answer POST /v1/refunds: pending while the balance does not suffice."""
    intent = store.get(params.get("payment_intent", ""), "payment_intent", "intent")
    charge = store.objects.get(intent["latest_charge"] or "")
    if intent["status"] != "succeeded" or charge is None:
        raise refused("payment_intent_unexpected_state")
    if charge["disputed"]:
        raise refused("charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise refused("amount_too_large" if left else "charge_already_refunded")
    charge["amount_refunded"] += amount
    row = store.add(
        "re",
        "refund",
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=intent["id"],
        metadata=params.get("metadata", {}),
        reason=params.get("reason"),
        status="pending",
        pending_reason="insufficient_funds",
        failure_reason=None,
        balance_transaction=None,
    )
    store.emit("refund.created", row)
    _pay_out(store, row)
    return row


def _pay_out(store: Store, row: Object) -> None:
    if store.available(row["currency"]) < row["amount"]:
        return
    entry = store.book("refund", -row["amount"], row)
    row |= {"status": "succeeded", "pending_reason": None}
    row["balance_transaction"] = entry["id"]
    store.emit("charge.refunded", store.objects[row["charge"]])
    store.emit("refund.updated", row)


def pay_out_refunds(store: Store) -> None:
    """Pay refunds that have waited for money, the oldest first."""
    for row in reversed(list(store.of_kind("refund"))):
        if row["status"] == "pending":
            _pay_out(store, row)


def fail_refund(store: Store, refund: str) -> Object:
    """Let the payer's bank send a refund back: also one that had succeeded."""
    row = store.get(refund, "refund")
    if row["status"] == "succeeded":
        store.book("refund_failure", row["amount"], row)
    row |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    row["pending_reason"] = None
    store.objects[row["charge"]]["amount_refunded"] -= row["amount"]
    store.emit("refund.failed", row)
    store.emit("refund.updated", row)
    return row
