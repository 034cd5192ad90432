"""The embedded provider: it keeps its objects in our database, and moves no money.

It follows the same states as a real one, and reports them by the same events through
the same inbox. Cards that succeed, fail, ask for a confirmation, or are disputed are
chosen on its page (`payments.sandbox_pages`).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from core.db.locks import locked
from payments.models import ProviderCall, SandboxObject
from payments.providers.base import (
    CANCELED,
    PENDING,
    SUCCEEDED,
    AccountState,
    BadSignature,
    Change,
    Event,
    Fact,
    Rejected,
)
from payments.providers.sandbox_facts import account_state, changes_of, fact

Kind = ProviderCall.Kind
event_emitted = Signal()  # with `event`
NAME = "sandbox"
PREFIXES = {
    "intent": "pi",
    "transfer": "tr",
    "refund": "re",
    "reversal": "trr",
    "dispute": "dp",
    "account": "acct",
    "event": "evt",
}
FEE_PERCENT, FEE_FIXED_CENTS = 1.5, 25  # as card fees in Europe commonly are


class Sandbox:
    """See `payments.providers.base.Provider`."""

    name = NAME

    def send(self, kind: str, params: Mapping[str, Any], key: str) -> Fact:
        """Do it once for each key."""
        try:
            with transaction.atomic():
                return self._send(kind, params, key)
        except IntegrityError:
            found = SandboxObject.objects.filter(idempotency_key=key).first()
            if found is None:
                raise
            return fact(found)

    def _send(self, kind: str, params: Mapping[str, Any], key: str) -> Fact:
        if done := SandboxObject.objects.filter(idempotency_key=key).first():
            return fact(done)
        return HANDLERS[kind](params, key)

    def find(self, kind: str, params: Mapping[str, Any]) -> Fact | None:
        """Look it up by our reference and purpose."""
        found = SandboxObject.objects.filter(
            kind=RESULTS[kind],
            reference=params["reference"],
            data__purpose=params["purpose"],
        ).first()
        return fact(found) if found else None

    def read_event(
        self, endpoint: str, body: bytes, headers: Mapping[str, str]
    ) -> Event:
        """Refuse: the sandbox puts its events into the inbox itself."""
        raise BadSignature("the sandbox sends no webhooks")

    def facts_of(self, event_type: str, payload: Mapping[str, Any]) -> list[Fact]:
        """Return the object of the event as it is now."""
        rows, name = SandboxObject.objects, payload["object_id"]
        found = rows.filter(object_id=name).first()
        # A change of the balance names the charge, which is a part of its intent.
        found = found or rows.filter(kind="intent", data__charge_id=name).first()
        if found is None:
            return []
        if found.kind == "dispute":  # of a charge of which nobody may have heard yet
            intents = rows.filter(kind="intent")
            return [fact(intents.get(reference=found.reference)), fact(found)]
        return [fact(found)]

    def client(self, *, intent_id: str, client_secret: str, reference: str) -> dict:
        """Return the URL of the page on which the payer pays."""
        return {"url": f"{settings.SITE_URL}/payments/sandbox/pay/{client_secret}"}

    def open_account(
        self, *, person: Any, country: str, entity_type: str
    ) -> AccountState:
        """Make an account that waits for its page to be filled in."""
        with transaction.atomic():
            row = _make(
                "account",
                status="pending",
                country=country,
                requirements=["identity"],
                secret=secrets.token_urlsafe(24),
            )
        return account_state(row)

    def account_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> str:
        """Return the URL of the page of an account."""
        row = SandboxObject.objects.get(object_id=account_id)
        row.data |= {"return_url": return_url}
        row.save(update_fields=["data"])
        secret = row.data["secret"]
        return f"{settings.SITE_URL}/payments/sandbox/account/{secret}"

    def account_state(self, account_id: str) -> AccountState:
        """Return the state of an account. Raises `Rejected`."""
        row = SandboxObject.objects.filter(kind="account", object_id=account_id).first()
        if row is None:
            raise Rejected("account_invalid")
        return account_state(row)

    def changes(self, since: datetime) -> Iterator[Change]:
        """Return the changes of the balance, the oldest first."""
        rows = SandboxObject.objects.filter(created_at__gte=since).order_by("id")
        for row in rows:
            yield from changes_of(row)

    def events(self, since: datetime) -> Iterator[Event]:
        """Return the events since then, the oldest first."""
        rows = SandboxObject.objects.filter(kind="event", created_at__gte=since)
        for row in rows.order_by("id"):
            yield Event(
                row.object_id,
                row.data["type"],
                object_id=row.data["object_id"],
                payload={"object_id": row.data["object_id"]},
                occurred_at=row.created_at,
            )

    def balance_cents(self, currency: str) -> int:
        """Return what all changes leave."""
        rows = SandboxObject.objects.order_by("id")
        return sum(
            change.amount_cents - change.fee_cents
            for row in rows
            for change in changes_of(row)
        )

    def protect_balance(self, cents: int, currency: str) -> None:
        """Do nothing: the sandbox pays nothing out by itself."""


def _make(kind: str, *, key: str | None = None, reference: str = "", **data: Any):
    return SandboxObject.objects.create(
        kind=kind,
        object_id=f"{PREFIXES[kind]}_sandbox_{secrets.token_hex(8)}",
        reference=reference,
        idempotency_key=key,
        data={"purpose": ""} | data,
    )


def _update(row: SandboxObject, event_type: str, **changes: Any) -> None:
    """Change an object, and report it."""
    row.data |= changes
    row.save(update_fields=["data"])
    emit(event_type, row)


def emit(event_type: str, row: SandboxObject) -> None:
    """Report an object: the inbox receives `event_emitted`."""
    made = _make("event", type=event_type, object_id=row.object_id)
    event = Event(
        made.object_id,
        event_type,
        object_id=row.object_id,
        payload={"object_id": row.object_id},
        occurred_at=made.created_at,
    )
    event_emitted.send(Sandbox, event=event)


# --- Calls ----------------------------------------------------------------------------


def _create_intent(params: Mapping[str, Any], key: str) -> Fact:
    row = _make(
        "intent",
        key=key,
        reference=params["reference"],
        amount=params["amount_cents"],
        currency=params["currency"],
        title=params["title"],
        status=PENDING,
        secret=secrets.token_urlsafe(24),
    )
    return fact(row)


def _intent(**found: Any) -> SandboxObject:
    rows = locked(SandboxObject.objects).filter(kind="intent")
    row = rows.filter(**found).first()
    if row is None:
        raise Rejected("resource_missing")
    return row


def _cancel_intent(params: Mapping[str, Any], key: str) -> Fact:
    row = _intent(object_id=params["intent_id"])
    if row.data["status"] == SUCCEEDED:
        raise Rejected("payment_intent_unexpected_state")
    _update(row, "payment_intent.canceled", status=CANCELED)
    return fact(row)


def _transfer(params: Mapping[str, Any], key: str) -> Fact:
    # By our reference too, which has an index.
    intent = _intent(reference=params["reference"], data__charge_id=params["charge_id"])
    account = SandboxObject.objects.filter(object_id=params["destination"]).first()
    if account is None or account.data["status"] != "active":
        raise Rejected("account_not_payable")
    if params["amount_cents"] > _left(intent):
        raise Rejected("balance_insufficient")
    row = _make(
        "transfer",
        key=key,
        reference=params["reference"],
        purpose=params["purpose"],
        amount=params["amount_cents"],
        currency=params["currency"],
        destination=params["destination"],
    )
    emit("transfer.created", row)
    return fact(row)


def _left(intent: SandboxObject) -> int:
    """Return what of a charge was neither transferred nor refunded."""
    rows = SandboxObject.objects.filter(reference=intent.reference)
    signs = {"transfer": -1, "refund": -1, "reversal": 1}
    moved = sum(signs.get(row.kind, 0) * row.data.get("amount", 0) for row in rows)
    return intent.data["amount"] + moved


def _refund(params: Mapping[str, Any], key: str) -> Fact:
    intent = _intent(object_id=params["intent_id"])
    if intent.data["status"] != SUCCEEDED or params["amount_cents"] > _left(intent):
        raise Rejected("charge_already_refunded")
    row = _make(
        "refund",
        key=key,
        reference=params["reference"],
        purpose=params["purpose"],
        amount=params["amount_cents"],
        currency=params["currency"],
        status=SUCCEEDED,
    )
    emit("refund.created", row)
    return fact(row)


def _reverse(params: Mapping[str, Any], key: str) -> Fact:
    row = _make(
        "reversal",
        key=key,
        reference=params["reference"],
        purpose=params["purpose"],
        amount=params["amount_cents"],
        currency=params["currency"],
    )
    emit("transfer.reversed", row)
    return fact(row)


HANDLERS: dict[str, Callable[[Mapping[str, Any], str], Fact]] = {
    Kind.CREATE_INTENT: _create_intent,
    Kind.CANCEL_INTENT: _cancel_intent,
    Kind.TRANSFER: _transfer,
    Kind.REFUND: _refund,
    Kind.REVERSE: _reverse,
}
RESULTS: dict[str, str] = {
    Kind.CREATE_INTENT: "intent",
    Kind.CANCEL_INTENT: "intent",
    Kind.TRANSFER: "transfer",
    Kind.REFUND: "refund",
    Kind.REVERSE: "reversal",
}


# --- What the payer, the payee and the bank do ----------------------------------------


@transaction.atomic
def pay(intent_id: str) -> None:
    """Let the payer pay an intent. Paid or cancelled ones stay as they are."""
    row = _intent(object_id=intent_id)
    if row.data["status"] != PENDING:
        return
    charge_id = f"ch_sandbox_{secrets.token_hex(8)}"
    fee = round(row.data["amount"] * FEE_PERCENT / 100) + FEE_FIXED_CENTS
    _update(
        row,
        "payment_intent.succeeded",
        status=SUCCEEDED,
        charge_id=charge_id,
        fee=min(fee, row.data["amount"]),
    )


@transaction.atomic
def decline(intent_id: str) -> None:
    """Let the payer's bank refuse; the payer may try another card."""
    emit("payment_intent.payment_failed", _intent(object_id=intent_id))


@transaction.atomic
def open_dispute(reference: str, *, warning: bool = False) -> str:
    """Let the payer's bank contest a charge; return the id of the dispute."""
    intent = _intent(reference=reference, data__status=SUCCEEDED)
    row = _make(
        "dispute",
        reference=reference,
        amount=intent.data["amount"],
        currency=intent.data["currency"],
        status="warning" if warning else "open",
        movements=[] if warning else [_withdrawal(intent.data["amount"])],
    )
    emit("charge.dispute.created", row)
    return row.object_id


def _withdrawal(amount: int) -> dict[str, Any]:
    return {
        "id": f"txn_sandbox_{secrets.token_hex(8)}",
        "amount": -amount,
        "fee": 2000,
    }


@transaction.atomic
def close_dispute(dispute_id: str, *, is_won: bool) -> None:
    """Let the bank decide: won means in favour of the platform."""
    row = locked(SandboxObject.objects).get(kind="dispute", object_id=dispute_id)
    movements = row.data["movements"]
    if is_won and movements:
        movements = [
            *movements,
            {
                "id": f"txn_sandbox_{secrets.token_hex(8)}",
                "amount": row.data["amount"],
                "fee": 0,
            },
        ]
    _update(
        row,
        "charge.dispute.closed",
        status="won" if is_won else "lost",
        movements=movements,
    )


@transaction.atomic
def set_account(account_id: str, status: str) -> None:
    """Let an account become active, restricted, or another status."""
    row = locked(SandboxObject.objects).get(kind="account", object_id=account_id)
    requirements = [] if status == "active" else ["identity"]
    _update(row, "account.updated", status=status, requirements=requirements)


provider = Sandbox()
