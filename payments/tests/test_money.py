"""Amounts in minor units, the commission, and the limits of a price."""

from decimal import Decimal

import pytest

from core.exceptions import ValidationFailed
from payments import money


@pytest.mark.parametrize(
    ("currency", "amount", "cents"),
    [
        ("EUR", "12.34", 1234),
        ("eur", "12.34", 1234),
        ("JPY", "1234", 1234),
        ("KWD", "1.234", 1234),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency, amount, cents):
    assert money.to_cents(Decimal(amount), currency) == cents
    assert str(money.to_decimal(cents, currency)) == amount
    assert money.to_text(cents, currency) == f"{amount} {currency}"
    assert money.to_number(cents, currency) == float(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "EUR"), ("0.5", "JPY"), ("NaN", "EUR"), ("Infinity", "EUR")],
)
def test_what_is_no_number_of_minor_units_is_refused(amount, currency):
    with pytest.raises(ValidationFailed) as refused:
        money.to_cents(Decimal(amount), currency)
    assert refused.value.field == "amount"


@pytest.mark.parametrize(
    ("percent", "cents", "fee"),
    [
        ("10", 5000, 500),
        ("10", 25, 2),  # half-even: down
        ("10", 35, 4),  # half-even: up
        ("10", 26, 3),
        ("0", 5000, 0),
        ("-1", 5000, 0),
        ("150", 5000, 5000),
    ],
)
def test_the_commission_is_rounded_half_even_within_the_price(
    settings, percent, cents, fee
):
    settings.PAYMENT_FEE_PERCENT = Decimal(percent)
    assert money.fee_of(cents) == fee
    assert money.Quote(cents, fee, "EUR").worker_gets_cents == cents - fee


def test_the_limits_of_a_price_are_within_it(settings):
    settings.PAYMENT_MIN_CENTS, settings.PAYMENT_MAX_CENTS = 100, 200
    assert money.quote(100).price_cents == 100
    assert money.quote(200).payer_pays_cents == 200
    for cents in (99, 201):
        with pytest.raises(ValidationFailed, match=r"between 1\.00 and 2\.00") as error:
            money.quote(cents)
        assert error.value.field == "amount"
