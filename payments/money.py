"""Amounts: integers in the minor unit of a currency, and the commission in a price."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from core.exceptions import DomainError, ValidationFailed
from market.registry import (
    FEE_BPS,
    FEE_MIN_CENTS,
    PAYMENT_MAX_CENTS,
    PAYMENT_MIN_CENTS,
)

# Of ISO 4217, those whose minor unit is not a hundredth. Source: the list of the
# maintenance agency of ISO 4217; the provider takes the same ones.
WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = {
    **dict.fromkeys(WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(WITH_THREE.split(), 3),
}
DEFAULT_EXPONENT = 2


class PaymentNotSupported(DomainError):
    """The price or its currency cannot be paid here (409)."""

    code = "payment_not_supported"


@dataclass(frozen=True)
class FeeTerms:
    """How the commission of a deal is computed: fixed when the deal is agreed."""

    bps: Decimal  # hundredths of a percent of the price
    min_cents: int

    def fee_of(self, price_cents: int) -> int:
        """Return the commission in a price, rounded half-even; at most all of it."""
        exact = Decimal(price_cents) * self.bps / 10_000
        fee = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        return min(max(fee, self.min_cents, 0), price_cents)


def current_terms() -> FeeTerms:
    """Return the terms of what is agreed now."""
    return FeeTerms(FEE_BPS.get(), FEE_MIN_CENTS.get())


def terms_of(bps: Decimal | None, min_cents: int | None) -> FeeTerms:
    """Return the terms that were stored with a deal.

    Without any it was made when the environment alone set them.
    """
    if bps is None or min_cents is None:
        return FeeTerms(FEE_BPS.default(), FEE_MIN_CENTS.default())
    return FeeTerms(bps, min_cents)


@dataclass(frozen=True)
class Quote:
    """What a price means for both sides, in the minor unit of `currency`."""

    price_cents: int
    fee_cents: int
    currency: str

    @property
    def worker_gets_cents(self) -> int:
        """What the payee gets: the price without the commission."""
        return self.price_cents - self.fee_cents

    @property
    def payer_pays_cents(self) -> int:
        """What the payer pays: the price, and nothing besides."""
        return self.price_cents


def quote(price_cents: int) -> Quote:
    """Return the quote of a price. Raises as `check_price`."""
    check_price(price_cents)
    return Quote(price_cents, fee_of(price_cents), settings.PAYMENT_CURRENCY)


def check_price(price_cents: int) -> None:
    """Raise `ValidationFailed` (400) for a price that cannot be held."""
    lowest, highest = PAYMENT_MIN_CENTS.get(), PAYMENT_MAX_CENTS.get()
    if not lowest <= price_cents <= highest:
        raise ValidationFailed(
            _("A payment must be between %(lowest)s and %(highest)s %(currency)s.")
            % {
                "lowest": to_decimal(lowest, settings.PAYMENT_CURRENCY),
                "highest": to_decimal(highest, settings.PAYMENT_CURRENCY),
                "currency": settings.PAYMENT_CURRENCY,
            },
            field="amount",
        )


def fee_of(price_cents: int) -> int:
    """Return the commission in a price that is agreed now."""
    return current_terms().fee_of(price_cents)


def exponent(currency: str) -> int:
    """Return how many decimals the minor unit of a currency has: 0, 2 or 3."""
    return EXPONENTS.get(currency.upper(), DEFAULT_EXPONENT)


def to_cents(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units.

    Raises `ValidationFailed` (400) for a fraction of a minor unit, and for what is no
    finite number.
    """
    if not amount.is_finite():
        raise ValidationFailed(_("This is not an amount."), field="amount")
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValidationFailed(
            _("This amount has more decimals than its currency."), field="amount"
        )
    return int(scaled)


def to_decimal(cents: int, currency: str) -> Decimal:
    """Return minor units as an amount."""
    places = exponent(currency)
    return Decimal(cents).scaleb(-places).quantize(Decimal(1).scaleb(-places))


def to_text(cents: int, currency: str) -> str:
    """Return minor units with their currency, as texts show them: `12.50 EUR`."""
    return f"{to_decimal(cents, currency)} {currency}"


def to_number(cents: int, currency: str) -> float:
    """Return minor units as the number that the API shows."""
    return float(to_decimal(cents, currency))
