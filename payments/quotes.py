"""What a price means, in numbers and in words."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.money import quote, to_cents, to_number


def describe(amount: Decimal) -> dict[str, Any]:
    """Return the quote of an amount, as `QuoteSerializer` shows it.

    Raises `ValidationFailed` (400) for an amount that cannot be held.
    """
    currency = settings.PAYMENT_CURRENCY
    found = quote(to_cents(amount, currency))
    return {
        "price": to_number(found.price_cents, currency),
        "fee": to_number(found.fee_cents, currency),
        "worker_gets": to_number(found.worker_gets_cents, currency),
        "payer_pays": to_number(found.payer_pays_cents, currency),
        "currency": currency,
        "terms": terms(),
    }


def terms() -> list[str]:
    """Return what happens to the money, in sentences."""
    days = settings.AUTO_CONFIRM_DAYS
    return [
        _("The money is held until you confirm the work."),
        ngettext(
            "Without an answer it is released %(days)s day after the work is marked "
            "as done.",
            "Without an answer it is released %(days)s days after the work is marked "
            "as done.",
            days,
        )
        % {"days": days},
        _("If you cancel before the work is marked as done, you get all of it back."),
        _("If the worker gives the task back, you get all of it back."),
        _("If you dispute the work, the money stays frozen until our staff decide."),
    ]
