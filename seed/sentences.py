"""Random texts and prices."""

from decimal import Decimal
from random import Random

LANGUAGE_SHARES = (60, 25, 15)  # Latvian, Russian, English


def pick_language(rng: Random) -> int:
    """Return the index of a language: 0 Latvian, 1 Russian, 2 English."""
    return rng.choices((0, 1, 2), LANGUAGE_SHARES)[0]


def compose(rng: Random, language: int, *pools: tuple) -> str:
    """Return one random sentence from each pool, in the language with this index."""
    return " ".join(filter(None, (rng.choice(pool)[language] for pool in pools)))


def several(rng: Random, language: int, pool: tuple, count: int) -> str:
    """Return `count` different sentences of one pool."""
    return " ".join(sentence[language] for sentence in rng.sample(pool, count))


def price(rng: Random, lowest: int, highest: int) -> Decimal:
    """Return a random price in euros, more often near `lowest`, rounded by its size."""
    amount = lowest + (highest - lowest) * rng.random() ** 1.4
    rounding = 1
    for bound, next_rounding in (
        (30, 5),
        (300, 10),
        (1000, 50),
        (5000, 100),
        (20000, 500),
    ):
        if amount >= bound:
            rounding = next_rounding
    return Decimal(max(1, round(amount / rounding) * rounding))
