"""The objects of the sandbox as facts, and as changes of the platform's balance."""

from collections.abc import Callable, Iterator
from typing import Any

from payments.models import SandboxObject
from payments.providers.base import (
    SUCCEEDED,
    AccountState,
    Change,
    Dispute,
    Fact,
    Intent,
    Movement,
    Refund,
    Reversal,
    Transfer,
)


def fact(row: SandboxObject) -> Fact:
    return FACTS[row.kind](row)


def _money(row: SandboxObject) -> dict[str, Any]:
    return {
        "id": row.object_id,
        "amount_cents": row.data["amount"],
        "currency": row.data["currency"],
        "reference": row.reference,
    }


def _intent_fact(row: SandboxObject) -> Intent:
    return Intent(
        **_money(row),
        status=row.data["status"],
        charge_id=row.data.get("charge_id", ""),
        client_secret=row.data["secret"],
        fee_id=f"fee_{row.object_id}" if row.data.get("fee") else "",
        fee_cents=row.data.get("fee", 0),
    )


def _transfer_fact(row: SandboxObject) -> Transfer:
    return Transfer(
        **_money(row),
        destination=row.data["destination"],
        purpose=row.data["purpose"],
    )


def _reversal_fact(row: SandboxObject) -> Reversal:
    return Reversal(**_money(row), purpose=row.data["purpose"])


def _refund_fact(row: SandboxObject) -> Refund:
    return Refund(
        **_money(row),
        status=row.data["status"],
        purpose=row.data["purpose"],
        reason=row.data.get("reason", ""),
    )


def _dispute_fact(row: SandboxObject) -> Dispute:
    return Dispute(
        **_money(row),
        status=row.data["status"],
        movements=tuple(
            Movement(each["id"], each["amount"], each["fee"])
            for each in row.data["movements"]
        ),
    )


def account_state(row: SandboxObject) -> AccountState:
    return AccountState(
        row.object_id, row.data["status"], tuple(row.data["requirements"])
    )


FACTS: dict[str, Callable[[SandboxObject], Fact]] = {
    "intent": _intent_fact,
    "transfer": _transfer_fact,
    "reversal": _reversal_fact,
    "refund": _refund_fact,
    "dispute": _dispute_fact,
    "account": account_state,
}


def changes_of(row: SandboxObject) -> Iterator[Change]:
    """Return what an object has changed in the balance of the platform."""

    def change(id_: str, type_: str, source: str, amount: int, fee: int = 0) -> Change:
        currency = row.data["currency"]
        return Change(id_, type_, source, amount, fee, currency, row.created_at)

    if row.kind == "intent" and row.data["status"] == SUCCEEDED:
        source, fee = row.data["charge_id"], row.data["fee"]
        yield change(f"txn_{row.object_id}", "charge", source, row.data["amount"], fee)
    elif row.kind in ("transfer", "refund"):
        amount = -row.data["amount"]
        yield change(f"txn_{row.object_id}", row.kind, row.object_id, amount)
    elif row.kind == "reversal":
        amount = row.data["amount"]
        yield change(f"txn_{row.object_id}", "transfer_refund", row.object_id, amount)
    elif row.kind == "dispute":
        for each in row.data["movements"]:
            yield change(
                each["id"], "adjustment", row.object_id, each["amount"], each["fee"]
            )
