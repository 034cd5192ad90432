"""Prices far off those of the category."""

import math
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from rules import price_levels
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.models import PriceLevel
from rules.parameters import Number

NORMAL = 1.4826  # deviations (MAD) of a normal distribution make a standard deviation
LEAST_DEVIATION = 0.2  # of logarithms: in a category of equal prices 20 % is nothing


class Price(Rule):
    """See `summary`."""

    name = "price"
    label = _("Unusual prices")
    summary = (
        "A price far below or above the median of the open items of the category, "
        "measured in robust deviations (MAD) of the logarithms of the prices. Prices "
        "of 0 are free things and are left out."
    )
    advice = "flag with `above` 0: a phone for a tenth of its price is the usual bait."
    outcomes = (Outcome.FLAG, Outcome.HOLD)
    measured = True
    queries = True
    flags_later = True
    parameters = {
        "below": Number(3.5, "Deviations below the median; 0: do not look.", 0, 50),
        "above": Number(5.0, "Deviations above it; 0: do not look.", 0, 50),
        "items": Number(20, "A category with fewer open items is left out.", 3, 10_000),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        return post.is_item and bool(price_of(post))

    def check(self, post: Post, values: Values) -> Finding | None:
        row = post.row
        key = row.category, row.currency, getattr(row, "price_type", "")
        level = price_levels.find(post.kind, key)
        return judge(price_of(post), level, values)


def price_of(post: Post) -> Decimal | None:
    """Return the price of an item, or None."""
    return getattr(post.row, post.row.price_field)


def judge(
    price: Decimal | float | None, level: PriceLevel | None, values: Values
) -> Finding | None:
    """Return what is wrong with a price at the level of its category."""
    if not price or level is None or level.count < values["items"]:
        return None
    spread = NORMAL * max(level.deviation, LEAST_DEVIATION)
    off = (math.log(float(price)) - level.median) / spread
    if values["below"] and off < -values["below"]:
        return Finding(f"{-off:.1f} deviations below the category's median")
    if values["above"] and off > values["above"]:
        return Finding(f"{off:.1f} deviations above the category's median")
    return None
