"""Payout accounts: opened at the provider, whose word on their state is the only one.

These functions call the provider: run them outside of any transaction.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.exceptions import DomainError, ServiceUnavailable
from payments import recording, services
from payments.models import PayoutAccount
from payments.providers import get_provider
from payments.providers.base import AccountState, Rejected, Unclear

# By a part of the provider's code. The first that fits is shown.
WORDS: tuple[tuple[str, str | Promise], ...] = (
    ("external_account", gettext_lazy("Add the bank account that you are paid to.")),
    ("tos_acceptance", gettext_lazy("Accept the terms of the payment provider.")),
    ("verification", gettext_lazy("Send a picture of a document.")),
    ("identity", gettext_lazy("Confirm who you are.")),
    ("individual", gettext_lazy("Complete your personal details.")),
    ("representative", gettext_lazy("Say who represents the company.")),
    ("company", gettext_lazy("Complete the details of the company.")),
    ("business", gettext_lazy("Describe what you do.")),
)
OTHER = gettext_lazy("The payment provider asks for more details.")
NONE: dict[str, Any] = {"status": "none", "requirements": [], "next_payout_on": None}


class AccountRefused(DomainError):
    """The provider makes no such account (409)."""

    code = "account_refused"


class CountryFixed(DomainError):
    """The country of an account cannot be changed (409)."""

    code = "country_fixed"


def describe(user: User) -> dict[str, Any]:
    """Return the account of `user` as the provider sees it now: `AccountSerializer`.

    Raises `ServiceUnavailable` (503) if the provider does not answer.
    """
    account = _account_of(user)
    if account is None:
        return NONE
    account = refresh(account)
    return {
        "status": account.status,
        "requirements": in_words(account.requirements),
        "next_payout_on": account.next_payout_on,
    }


def _account_of(user: User) -> PayoutAccount | None:
    accounts = PayoutAccount.objects.filter(provider=settings.PAYMENT_PROVIDER)
    return accounts.filter(user=user.pk).first()


def refresh(account: PayoutAccount) -> PayoutAccount:
    """Read the state of an account from the provider, record it, and return it.

    Raises `ServiceUnavailable` (503).
    """
    try:
        state = get_provider(account.provider).account_state(account.account_id)
    except Rejected:  # the provider knows it no more
        state = AccountState(account.account_id, PayoutAccount.Status.REJECTED)
    except Unclear as error:
        raise ServiceUnavailable from error
    with transaction.atomic():
        recording.record_account(state)
    account.refresh_from_db()
    return account


def in_words(codes: Iterable[str]) -> list[str]:
    """Return what the provider asks for in sentences, each once."""
    found = (
        next((words for part, words in WORDS if part in code), OTHER) for code in codes
    )
    return list(dict.fromkeys(map(str, found)))


def open_link(
    user: User, *, country: str, entity_type: str, return_url: str, refresh_url: str
) -> str:
    """Return the URL at which `user` says who they are; make the account if need be.

    Raises `PaymentsOff`, `CountryFixed` and `AccountRefused` (409), and
    `ServiceUnavailable` (503).
    """
    services.require_on()
    try:
        account = _account_of(user) or _open(user, country, entity_type)
        if account.country != country:
            raise CountryFixed(_("The country of a payout account cannot be changed."))
        return get_provider(account.provider).account_link(
            account.account_id, return_url=return_url, refresh_url=refresh_url
        )
    except Rejected as error:
        sentence = _("The payment provider cannot open this account.")
        raise AccountRefused(sentence) from error
    except Unclear as error:
        raise ServiceUnavailable from error


def _open(user: User, country: str, entity_type: str) -> PayoutAccount:
    provider = get_provider()
    state = provider.open_account(person=user, country=country, entity_type=entity_type)
    try:
        # A savepoint: of two requests at once, the constraint refuses the second. Its
        # account at the provider stays unused.
        with transaction.atomic():
            return PayoutAccount.objects.create(
                user=user,
                provider=provider.name,
                account_id=state.id,
                country=country,
                entity_type=entity_type,
                status=state.status,
                requirements=list(state.requirements),
            )
    except IntegrityError:
        account = _account_of(user)
        if account is None:  # one of another provider, from before
            raise AccountRefused(
                _("You have a payout account at the former payment provider.")
            ) from None
        return account
