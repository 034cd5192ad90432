"""Sentences put together, and prices that people would ask."""

from decimal import Decimal
from random import Random

LANGUAGE_SHARES = (60, 25, 15)  # Latvian, Russian, English


def language(chance: Random) -> int:
    return chance.choices((0, 1, 2), LANGUAGE_SHARES)[0]


def said(chance: Random, tongue: int, *pools: tuple) -> str:
    """One sentence out of each pool, in one language."""
    return " ".join(filter(None, (chance.choice(pool)[tongue] for pool in pools)))


def price(chance: Random, lowest: int, highest: int) -> Decimal:
    """Between the two, more often low, and as round as people make it."""
    amount = lowest + (highest - lowest) * chance.random() ** 1.4
    step = 1
    for bound, coarser in ((30, 5), (300, 10), (1000, 50), (5000, 100), (20000, 500)):
        if amount >= bound:
            step = coarser
    return Decimal(max(1, round(amount / step) * step))
