"""What every provider of payments offers, and how it says what has happened.

Nothing outside this package knows the names and shapes of a provider. What a call has
done and what an event reports are the same objects, so that both are recorded by the
same code, in whatever order they arrive.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils import timezone

PENDING, SUCCEEDED, FAILED, CANCELED = "pending", "succeeded", "failed", "canceled"


@dataclass(frozen=True)
class Intent:
    """A payment that the payer is asked for. `status` is one of the four above."""

    id: str
    status: str
    amount_cents: int
    currency: str
    reference: str  # of our payment
    charge_id: str = ""
    client_secret: str = ""
    fee_id: str = ""  # of the provider's fee, once it is known
    fee_cents: int = 0


@dataclass(frozen=True)
class Transfer:
    """Money that went to the account of a payee."""

    id: str
    amount_cents: int
    currency: str
    reference: str
    destination: str
    purpose: str = ""


@dataclass(frozen=True)
class Reversal:
    """A part of a transfer that came back."""

    id: str
    amount_cents: int
    currency: str
    reference: str
    purpose: str = ""


@dataclass(frozen=True)
class Refund:
    """Money that goes back to the payer. Pending and failed ones say why."""

    id: str
    status: str
    amount_cents: int
    currency: str
    reference: str
    purpose: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Movement:
    """One change of the balance by a dispute: negative when it was withdrawn."""

    id: str
    amount_cents: int
    fee_cents: int = 0


@dataclass(frozen=True)
class Dispute:
    """A payment that the payer's bank contests.

    `status`: warning (nothing is withdrawn yet), open, won, lost, or closed (without
    a decision).
    """

    id: str
    status: str
    amount_cents: int
    currency: str
    reference: str
    movements: tuple[Movement, ...] = ()
    seen_at: datetime = field(default_factory=timezone.now)  # when it was read


@dataclass(frozen=True)
class AccountState:
    """The account of a payee, as the provider sees it now."""

    id: str
    status: str  # of `PayoutAccount.Status`
    requirements: tuple[str, ...] = ()
    next_payout_on: date | None = None


@dataclass(frozen=True)
class PayoutReport:
    """A payout to the bank account of a payee. A paid one may still fail."""

    id: str
    account_id: str
    is_failed: bool
    amount_cents: int
    currency: str
    reason: str = ""


Fact = Intent | Transfer | Reversal | Refund | Dispute | AccountState | PayoutReport


@dataclass(frozen=True)
class Event:
    """An event that is certainly of the provider."""

    id: str
    type: str
    object_id: str = ""
    account: str = ""
    occurred_at: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One change of the platform's balance at the provider."""

    id: str
    type: str
    source_id: str  # of the object that caused it
    amount_cents: int  # signed
    fee_cents: int
    currency: str
    created_at: datetime


class Rejected(Exception):
    """The provider has certainly done nothing. `code` is the provider's own."""

    def __init__(self, code: str, message: str = "", *, fact: Fact | None = None):
        super().__init__(message or code)
        self.code = code


class Unclear(Exception):
    """Nobody knows yet whether the provider has done it: ask again with the same key.

    `retry_after_s` is what the provider asks for, if it does.
    """

    def __init__(self, message: str, *, retry_after_s: float = 0):
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BadSignature(Exception):
    """The body is not signed by the provider, or too long ago."""


class Provider(Protocol):
    """One provider of payments."""

    name: str

    def send(self, kind: str, params: Mapping[str, Any], key: str) -> Fact:
        """Do what `kind` of `ProviderCall.Kind` says; return what came of it.

        With a `key` that was used before, return what came of it then. Raises
        `Rejected` and `Unclear`.
        """
        ...

    def find(self, kind: str, params: Mapping[str, Any]) -> Fact | None:
        """Return what an earlier call of `kind` has done; None: provably nothing.

        Raises `Unclear`.
        """
        ...

    def read_event(
        self, endpoint: str, body: bytes, headers: Mapping[str, str]
    ) -> Event:
        """Return the event in the raw body of a webhook. Raises `BadSignature`."""
        ...

    def facts_of(self, event_type: str, payload: Mapping[str, Any]) -> list[Fact]:
        """Return what an event reports, as it is now: read anew from the provider.

        Empty for a type that nothing follows from. A payload with `object_id` alone
        names the object: that of a change of the balance. Raises `Unclear`.
        """
        ...

    def client(self, *, intent_id: str, client_secret: str, reference: str) -> dict:
        """Return what the payer's browser needs to pay: members of `client`."""
        ...

    def open_account(
        self, *, person: Any, country: str, entity_type: str
    ) -> AccountState:
        """Make an account for a payee. Raises `Rejected` and `Unclear`."""
        ...

    def account_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> str:
        """Return a URL at which the payee says who they are; it works once."""
        ...

    def account_state(self, account_id: str) -> AccountState:
        """Return the state of an account. Raises `Rejected` and `Unclear`."""
        ...

    def changes(self, since: datetime) -> Iterator[Change]:
        """Return the changes of the platform's balance, the oldest first."""
        ...

    def events(self, since: datetime) -> Iterator[Event]:
        """Return the events since then, the oldest first."""
        ...

    def balance_cents(self, currency: str) -> int:
        """Return the platform's balance, available and pending."""
        ...

    def protect_balance(self, cents: int, currency: str) -> None:
        """Keep `cents` out of automatic payouts to the platform's own bank account.

        Raises `Rejected` and `Unclear`.
        """
        ...
