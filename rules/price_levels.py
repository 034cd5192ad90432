"""Computes the level of prices in each category from its open items."""

import math
from collections import defaultdict
from statistics import median

from django.db import transaction

from core.cached import Cached
from items.types import ITEM_TYPES, ItemType
from notifications.services import subject_type_of
from rules.models import PriceLevel

Key = tuple[str, str, str]  # category, currency, type of price
MAX_AGE_S = 60.0


def compute() -> int:
    """Write the levels of all types of items; return how many there are.

    One query reads the prices of a type: they are numbers, and of open items alone.
    """
    count = 0
    for item_type in ITEM_TYPES.values():
        count += _compute_for(item_type)
    return count


def level_of(logarithms: list[float]) -> tuple[float, float]:
    """Return the median of logarithms, and the median distance from it (MAD)."""
    middle = median(logarithms)
    return middle, median(abs(value - middle) for value in logarithms)


def _compute_for(item_type: ItemType) -> int:
    model = item_type.model
    names = ["category", "currency", model.price_field]
    has_types = any(column.name == "price_type" for column in model._meta.fields)
    names += ["price_type"] if has_types else []
    open_status = next(iter(model.Status))  # the one in which an item begins
    open_rows = item_type.rows.visible().filter(
        status=open_status, **{f"{model.price_field}__gt": 0}
    )
    prices: dict[Key, list[float]] = defaultdict(list)
    for category, currency, price, *more in (
        open_rows.order_by().values_list(*names).iterator()
    ):
        prices[category, currency, *more or [""]].append(math.log(float(price)))
    return _write(subject_type_of(model), prices)


@transaction.atomic
def _write(item_type: str, prices: dict[Key, list[float]]) -> int:
    rows = []
    for (category, currency, price_type), values in prices.items():
        middle, deviation = level_of(values)
        rows.append(
            PriceLevel(
                item_type=item_type,
                category=category,
                currency=currency,
                price_type=price_type,
                count=len(values),
                median=middle,
                deviation=deviation,
            )
        )
    # In one transaction: a post meanwhile finds the old levels or the new ones.
    PriceLevel.objects.filter(item_type=item_type).delete()
    # Another run at the same time has written the same levels.
    PriceLevel.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _all() -> dict[tuple[str, Key], PriceLevel]:
    rows = PriceLevel.objects.all()  # one for each category
    return {
        (row.item_type, (row.category, row.currency, row.price_type)): row
        for row in rows
    }


_levels = Cached(_all, seconds=MAX_AGE_S)


def find(item_type: str, key: Key) -> PriceLevel | None:
    """Return the level of a category, at most a minute old, or None."""
    return _levels.get().get((item_type, key))
