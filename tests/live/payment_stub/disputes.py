"""Disputes of payers' banks, of each kind and in each order."""

from tests.live.payment_stub.errors import refused
from tests.live.payment_stub.store import Object, Store

FEE_CENTS = 2000
WITHDRAWS = ("needs_response", "under_review", "lost")
CLOSED = ("won", "lost", "warning_closed", "prevented")


def dispute(store: Store, intent: str, status: str = "needs_response") -> Object:
    """Open a dispute over all of a charge; of a warning nothing is withdrawn."""
    row = store.get(intent, "payment_intent")
    charge = store.objects.get(row["latest_charge"] or "")
    if charge is None or row["status"] != "succeeded":
        raise refused("payment_intent_unexpected_state")
    made = store.add(
        "du",
        "dispute",
        amount=charge["amount"],
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=intent,
        metadata={},
        reason="product_not_received",
        status=status,
        balance_transactions=[],
    )
    store.emit("charge.dispute.created", made)
    if status in WITHDRAWS:
        _withdraw(store, made)
    return made


def change_dispute(store: Store, dispute: str, status: str) -> Object:
    """Let the bank go on, or decide: won means in favour of the platform."""
    row = store.get(dispute, "dispute")
    was, row["status"] = row["status"], status
    if status in WITHDRAWS and was.startswith("warning"):
        _withdraw(store, row)
    if status == "won":
        _reinstate(store, row)
    name = "closed" if status in CLOSED else "updated"
    store.emit(f"charge.dispute.{name}", row)
    return row


def _withdraw(store: Store, row: Object) -> None:
    charge = store.objects[row["charge"]]
    charge["disputed"] = True
    _move(store, row, -row["amount"], FEE_CENTS)
    store.emit("charge.dispute.funds_withdrawn", row)


def _reinstate(store: Store, row: Object) -> None:
    store.objects[row["charge"]]["disputed"] = False
    if sum(each["amount"] for each in row["balance_transactions"]) < 0:
        _move(store, row, row["amount"], 0)
        store.emit("charge.dispute.funds_reinstated", row)


def _move(store: Store, row: Object, amount: int, fee: int) -> None:
    entry = store.book("adjustment", amount, row, fee=fee)
    row["balance_transactions"] = [*row["balance_transactions"], entry]


def warn_of_fraud(store: Store, intent: str) -> Object:
    """Report that the payer's bank takes a charge for fraud."""
    charge = store.get(intent, "payment_intent")["latest_charge"]
    row = store.add(
        "issfr",
        "radar.early_fraud_warning",
        charge=charge,
        payment_intent=intent,
        fraud_type="misc",
        actionable=True,
    )
    store.emit("radar.early_fraud_warning.created", row)
    return row
