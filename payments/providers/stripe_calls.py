"""Calls of Stripe that move money: each with a key, and looked up when that is old."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from payments.models import Payment, ProviderCall
from payments.providers.base import Fact, Rejected, Unclear
from payments.providers.stripe_client import client, translated_errors
from payments.providers.stripe_facts import (
    intent_fact,
    refund_fact,
    reversal_fact,
    text_of,
    transfer_fact,
)

Kind = ProviderCall.Kind
Params = Mapping[str, Any]
PAGE = 100
CLOCK_SKEW = timedelta(minutes=5)


def _money(params: Params) -> dict[str, Any]:
    return {
        "amount": params["amount_cents"],
        "currency": params["currency"].lower(),
        "transfer_group": params["reference"],
        "metadata": _metadata(params),
    }


def _metadata(params: Params) -> dict[str, str]:
    """Return what we find an object by. Stripe keeps no empty text."""
    names = ("reference", "purpose", "subject")
    return {name: params[name] for name in names if params.get(name)}


# --- Sending --------------------------------------------------------------------------


def _create_intent(params: Params, options: dict) -> Fact:
    request = _money(params) | {
        "capture_method": "automatic",
        "allowed_payment_method_types": ["card"],
        "description": params["title"],
        # On the statement of the payer's bank: Latin letters, ten characters.
        "statement_descriptor_suffix": f"PAY {params['reference'][-6:].upper()}",
    }
    return intent_fact(client().v1.payment_intents.create(request, options))


def _cancel_intent(params: Params, options: dict) -> Fact:
    request = {"cancellation_reason": "abandoned"}
    api = client().v1.payment_intents
    return intent_fact(api.cancel(params["intent_id"], request, options))


def _transfer(params: Params, options: dict) -> Fact:
    request = _money(params) | {
        "destination": params["destination"],
        # Without it a transfer needs available money, and a charge is pending for days.
        "source_transaction": params["charge_id"],
    }
    return transfer_fact(client().v1.transfers.create(request, options))


def _refund(params: Params, options: dict) -> Fact:
    request = {
        "payment_intent": params["intent_id"],
        "amount": params["amount_cents"],
        "reason": "requested_by_customer",
        "metadata": _metadata(params),
    }
    return refund_fact(client().v1.refunds.create(request, options))


def _reverse(params: Params, options: dict) -> Fact:
    request = {"amount": params["amount_cents"], "metadata": _metadata(params)}
    api = client().v1.transfers.reversals
    return reversal_fact(api.create(params["transfer_id"], request, options))


SENDERS: dict[str, Callable[[Params, dict], Fact]] = {
    Kind.CREATE_INTENT: _create_intent,
    Kind.CANCEL_INTENT: _cancel_intent,
    Kind.TRANSFER: _transfer,
    Kind.REFUND: _refund,
    Kind.REVERSE: _reverse,
}


def send(kind: str, params: Params, key: str) -> Fact:
    """Do what `kind` says, once for each key. Raises `Rejected` and `Unclear`."""
    with translated_errors():
        return SENDERS[kind](params, {"idempotency_key": key})


# --- Looking up -----------------------------------------------------------------------


def _match(rows: Any, params: Params) -> Any:
    """Return the object of a call; None only when the list was read to its end."""
    for row in rows.auto_paging_iter():
        is_ours = text_of(row, "reference") == params["reference"]
        if is_ours and text_of(row, "purpose") == params["purpose"]:
            return row
    return None


def _find_intent(params: Params) -> Fact | None:
    # Intents have no filter but their time: ours is not older than the payment.
    begun = Payment.objects.get(reference=params["reference"]).created_at
    created = {"gte": int((begun - CLOCK_SKEW).timestamp())}
    rows = client().v1.payment_intents.list({"created": created, "limit": PAGE})
    row = _match(rows, params)
    return intent_fact(row) if row else None


def _find_cancelled(params: Params) -> Fact | None:
    row = client().v1.payment_intents.retrieve(params["intent_id"])
    return intent_fact(row) if row.status == "canceled" else None


def _find_transfer(params: Params) -> Fact | None:
    group = {"transfer_group": params["reference"], "limit": PAGE}
    row = _match(client().v1.transfers.list(group), params)
    return transfer_fact(row) if row else None


def _find_refund(params: Params) -> Fact | None:
    of_intent = {"payment_intent": params["intent_id"], "limit": PAGE}
    row = _match(client().v1.refunds.list(of_intent), params)
    return refund_fact(row) if row else None


def _find_reversal(params: Params) -> Fact | None:
    api = client().v1.transfers.reversals
    row = _match(api.list(params["transfer_id"], {"limit": PAGE}), params)
    return reversal_fact(row) if row else None


FINDERS: dict[str, Callable[[Params], Fact | None]] = {
    Kind.CREATE_INTENT: _find_intent,
    Kind.CANCEL_INTENT: _find_cancelled,
    Kind.TRANSFER: _find_transfer,
    Kind.REFUND: _find_refund,
    Kind.REVERSE: _find_reversal,
}


def find(kind: str, params: Params) -> Fact | None:
    """Return what an earlier call has done; None: provably nothing.

    Raises `Unclear`, also when the question is refused: that proves nothing.
    """
    try:
        with translated_errors():
            return FINDERS[kind](params)
    except Rejected as error:
        raise Unclear(str(error)) from error
