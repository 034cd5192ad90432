"""Whether the provider's balance covers what is owed to people."""

from collections.abc import Iterator

from django.db.models import Sum

from payments.models import Entry
from payments.models.ledger import Account

OWED = (Account.HELD, Account.PAYABLE, Account.REFUND_DUE)
# What the platform bears: it may be more than it has earned so far.
BORNE = (
    Account.PROVIDER_FEES,
    Account.CHARGEBACK_LOSS,
    Account.DISPUTE_PENDING,
    Account.RECOVERABLE,
)


def totals(currency: str) -> dict[str, int]:
    """Return the sum of the entries of each account, in minor units."""
    entries = Entry.objects.filter(journal__currency=currency).order_by()
    sums = entries.values("account").annotate(total=Sum("amount_cents"))
    return dict(sums.values_list("account", "total"))


def shortfall_cents(sums: dict[str, int]) -> int:
    """Return by how much the balance is below what is owed; negative if it is above."""
    owed = -sum(sums.get(account, 0) for account in OWED)
    return owed - sums.get(Account.PROVIDER_BALANCE, 0)


def borne_cents(sums: dict[str, int]) -> int:
    """Return the costs of the platform."""
    return sum(sums.get(account, 0) for account in BORNE)


def insolvencies() -> Iterator[str]:
    """I7: yield a sentence for each currency in which other people's money is gone.

    Fees and losses that are higher than the commissions are no fault of the ledger:
    `warnings` says that the balance needs money.
    """
    for currency, sums in _by_currency():
        missing = shortfall_cents(sums) - borne_cents(sums)
        if missing > 0:
            yield f"{missing} of what is owed in {currency} has left the provider"


def warnings() -> Iterator[str]:
    """Yield a sentence for each currency in which the platform must add money."""
    for currency, sums in _by_currency():
        if (missing := shortfall_cents(sums)) > 0:
            yield (
                f"The provider's balance is {missing} {currency} (minor units) below "
                "what is held and owed: the costs were higher than the commissions."
            )


def _by_currency() -> Iterator[tuple[str, dict[str, int]]]:
    currencies = Entry.objects.order_by().values_list("journal__currency", flat=True)
    for currency in currencies.distinct():
        yield currency, totals(currency)
