"""Accounts of payees at Stripe: Accounts v2 with hosted onboarding."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings

from payments.models import PayoutAccount
from payments.providers.base import AccountState, Fact, Rejected, Unclear
from payments.providers.stripe_client import client, translated_errors

Status = PayoutAccount.Status
INCLUDE = ["configuration.recipient", "identity", "requirements"]
OUT_OF_REACH = "account_disconnected"  # a requirement: connect it again


def open_account(person: Any, country: str, entity_type: str) -> AccountState:
    """Make an account. Raises `Rejected` and `Unclear`.

    Repeated with the same particulars within a day, it returns the same account.
    """
    params = _params(person, country, entity_type)
    digest = sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
    options = {"idempotency_key": f"account:{person.pk}:{digest[:32]}"}
    with translated_errors():
        return account_fact(client().v2.core.accounts.create(params, options))


def _params(person: Any, country: str, entity_type: str) -> dict[str, Any]:
    transfers = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
    configuration: dict[str, Any] = {"recipient": {"capabilities": transfers}}
    if not settings.STRIPE_TRANSFERS_ONLY:
        card_payments = {"card_payments": {"requested": True}}
        configuration["merchant"] = {"capabilities": card_payments}
    return {
        "contact_email": person.email,
        "display_name": person.display_name,
        "dashboard": "express",
        "identity": {"country": country.lower(), "entity_type": entity_type},
        "configuration": configuration,
        "defaults": {
            "currency": settings.PAYMENT_CURRENCY.lower(),
            "responsibilities": {
                "fees_collector": "application",
                "losses_collector": "application",
            },
        },
        "include": INCLUDE,
        "metadata": {"user": str(person.pk)},
    }


def account_link(account_id: str, *, return_url: str, refresh_url: str) -> str:
    """Return the URL of the onboarding, which works once.

    Raises `Rejected` and `Unclear`.
    """
    onboarding = {
        "refresh_url": refresh_url,
        "return_url": return_url,
        "collection_options": {"fields": "eventually_due"},
    }
    use_case = {"type": "account_onboarding", "account_onboarding": onboarding}
    with translated_errors():
        link = client().v2.core.account_links.create(
            {"account": account_id, "use_case": use_case}
        )
    return str(link.url)


def account_state(account_id: str) -> AccountState:
    """Return the state of an account. Raises `Rejected` and `Unclear`."""
    with translated_errors():
        return account_fact(_retrieve(account_id))


def read_account(account_id: str) -> AccountState:
    """Return the state of an account; of one out of our reach, that it cannot be paid.

    Raises `Unclear`.
    """
    try:
        return account_state(account_id)
    except Rejected:
        return AccountState(account_id, Status.RESTRICTED, (OUT_OF_REACH,))


def read_own_account(account_id: str) -> list[Fact]:
    """Return the state of an account that we have made; of any other, nothing.

    Raises `Unclear`, also while an account of ours is not recorded yet.
    """
    if PayoutAccount.objects.filter(account_id=account_id).exists():
        return [read_account(account_id)]
    try:
        with translated_errors():
            row = _retrieve(account_id)
    except Rejected:
        return []
    if "user" not in (row.metadata or {}):
        return []
    # The event was faster than the commit of the request that has made the account.
    raise Unclear("the account is not recorded yet")


def _retrieve(account_id: str) -> Any:
    return client().v2.core.accounts.retrieve(account_id, {"include": INCLUDE})


def account_fact(row: Any) -> AccountState:
    """Return the state of a v2 account: whether transfers reach it, and what is due."""
    status = Status.REJECTED if row.closed else _transfers_status(row)
    return AccountState(row.id, status, _requirements(row))


def _transfers_status(row: Any) -> str:
    """Return the status of the one capability that money is sent by."""
    found: Any = row
    path = "configuration.recipient.capabilities.stripe_balance.stripe_transfers.status"
    for name in path.split("."):
        found = getattr(found, name, None)
    return found if found in Status.values else Status.PENDING


def _requirements(row: Any) -> tuple[str, ...]:
    """Return what the payee still has to provide: keys, such as identity.dob.

    What Stripe examines itself is left out.
    """
    entries = getattr(getattr(row, "requirements", None), "entries", None) or ()
    names = (
        each.description for each in entries if each.awaiting_action_from == "user"
    )
    return tuple(dict.fromkeys(names))
