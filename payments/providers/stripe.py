"""Stripe: separate charges and transfers, and accounts with hosted onboarding.

Money is charged to the platform, held in its balance, and transferred out of the charge
when it is released. The parts stand in `stripe_*.py` beside this module.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from payments.providers import (
    stripe_accounts,
    stripe_calls,
    stripe_events,
    stripe_facts,
)
from payments.providers.base import AccountState, Change, Event, Fact, Rejected, Unclear
from payments.providers.stripe_client import client, translated_errors

NAME = "stripe"
PAGE = 100


class Stripe:
    """See `payments.providers.base.Provider`."""

    name = NAME

    def send(self, kind: str, params: Mapping[str, Any], key: str) -> Fact:
        """Do what `kind` says, once for each key. Raises `Rejected` and `Unclear`."""
        return stripe_calls.send(kind, params, key)

    def find(self, kind: str, params: Mapping[str, Any]) -> Fact | None:
        """Return what an earlier call has done; None: provably nothing."""
        return stripe_calls.find(kind, params)

    def read_event(
        self, endpoint: str, body: bytes, headers: Mapping[str, str]
    ) -> Event:
        """Return the event in a webhook. Raises `BadSignature`."""
        return stripe_events.read_event(endpoint, body, headers)

    def facts_of(self, event_type: str, payload: Mapping[str, Any]) -> list[Fact]:
        """Return what an event reports, as it is now. Raises `Unclear`."""
        try:
            with translated_errors():
                return stripe_facts.facts_of(event_type, payload)
        except Rejected as error:
            # It exists, as an event is about it: read it again later.
            raise Unclear(str(error)) from error

    def client(self, *, intent_id: str, client_secret: str, reference: str) -> dict:
        """Return what Stripe.js needs to confirm the payment."""
        return {
            "client_secret": client_secret,
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        }

    def open_account(
        self, *, person: Any, country: str, entity_type: str
    ) -> AccountState:
        """Make an account for a payee. Raises `Rejected` and `Unclear`."""
        return stripe_accounts.open_account(person, country, entity_type)

    def account_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> str:
        """Return the URL of the onboarding. Raises `Rejected` and `Unclear`."""
        return stripe_accounts.account_link(
            account_id, return_url=return_url, refresh_url=refresh_url
        )

    def account_state(self, account_id: str) -> AccountState:
        """Return the state of an account. Raises `Rejected` and `Unclear`."""
        return stripe_accounts.account_state(account_id)

    def changes(self, since: datetime) -> Iterator[Change]:
        """Return the changes of the platform's balance, the oldest first.

        Raises `Unclear`.
        """
        return iter(_all(client().v1.balance_transactions, since, _change))

    def events(self, since: datetime) -> Iterator[Event]:
        """Return the platform's events of the last 30 days, the oldest first.

        Raises `Unclear`.
        """
        return iter(_all(client().v1.events, since, _event))

    def balance_cents(self, currency: str) -> int:
        """Return what is available and pending. Raises `Unclear`."""
        with translated_errors():
            balance = client().v1.balance.retrieve()
        return sum(
            each.amount
            for each in [*balance.available, *balance.pending]
            if each.currency == currency.lower()
        )

    def protect_balance(self, cents: int, currency: str) -> None:
        """Keep `cents` out of the automatic payouts to the platform's own bank.

        Raises `Rejected` and `Unclear`.
        """
        payouts = {"minimum_balance_by_currency": {currency.lower(): cents}}
        with translated_errors():
            client().v1.balance_settings.update({"payments": {"payouts": payouts}})


def _all(api: Any, since: datetime, convert: Any) -> list:
    """Return all rows since then: Stripe lists the newest first."""
    params = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
    with translated_errors():
        rows = [convert(row) for row in api.list(params).auto_paging_iter()]
    return rows[::-1]


def _change(row: Any) -> Change:
    return Change(
        row.id,
        row.type,
        stripe_facts.id_of(row.source),
        row.amount,
        row.fee,
        row.currency.upper(),
        datetime.fromtimestamp(row.created, UTC),
    )


def _event(row: Any) -> Event:
    return stripe_events.snapshot(row.to_dict())


provider = Stripe()
