"""The values of typed fields as texts that one index on PostgreSQL finds.

The SQL function `attribute_texts` returns those of an item. A choice is `fuel=diesel`,
and yes or no is `automatic=true`. A number is the first one to six hexadecimal digits
of its IEEE 754 form, behind its sign: `year+4`, `year+40` … Numbers that begin with the
same digits lie side by side, so a few texts cover a range, and perhaps a little more.
A date is the number of its day, of months of 31 days since the year 2000.
"""

import struct
from collections.abc import Iterator
from math import inf
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup
from django.db.models.sql.compiler import SQLCompiler

from categories.models import MAX_NUMBER

LONGEST = 6  # digits; the first three are a power of two
LEAST = 2.0**-10  # all values but 0 are larger: they have three decimals
OPEN = 0xFFFF  # the bits of an open end that are not looked at: two digits are


def equal(name: str, value: str | bool) -> str:
    """Return the text of a choice, and of yes or no."""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def covering(
    name: str,
    low: float | str | None,
    high: float | str | None,
    *,
    most: int | None = None,
) -> list[str]:
    """Return the texts of the numbers or dates from `low` to `high`; none if empty.

    Without a bound that side is open, and a few texts cover all that is there. There
    are at most `most` texts, or about as few as there can be: fewer texts cover more
    than the range.
    """
    first = -inf if low is None else _number(low)
    last = inf if high is None else _number(high)
    for unread in range(LONGEST):  # digits at the end
        found = list(_texts(name, first, last, 16**unread - 1))
        if most is None or len(found) <= most:
            break
    return found


def _texts(name: str, first: float, last: float, unread: int) -> Iterator[str]:
    """Yield the texts, without looking at the digits of the bits of `unread`."""
    if first <= 0 <= last:
        yield f"{name}+0"
    for sign, least, most in (("+", first, last), ("-", -last, -first)):
        if most >= LEAST:
            ends = _first_digits(least) & ~unread, _last_digits(most) | unread
            for digits in _covering(*ends):
                yield f"{name}{sign}{digits}"


def _first_digits(least: float) -> int:
    """Return the digits to begin with: of the smallest number there is, two alone."""
    return _digits(least) if least > LEAST else _digits(LEAST) & ~OPEN


def _last_digits(most: float) -> int:
    """Return the digits to end with: of the largest number there is, two alone."""
    return _digits(most) if most < MAX_NUMBER else _digits(MAX_NUMBER) | OPEN


def _number(value: float | str) -> float:
    """Return a number, also of a date in ISO format."""
    if not isinstance(value, str):
        return value
    year, month, day = map(int, value.split("-"))
    return ((year - 2000) * 12 + month) * 31 + day


def _digits(number: float) -> int:
    """Return the first `LONGEST` hexadecimal digits of a number, as an integer."""
    return int(struct.pack(">d", number).hex()[:LONGEST], 16)


def _covering(first: int, last: int) -> Iterator[str]:
    """Yield the fewest beginnings of the numbers from `first` to `last`."""
    for length in range(LONGEST, 0, -1):
        # The ends that do not fill a shorter beginning.
        while first <= last and (first % 16 or length == 1):
            yield f"{first:0{length}x}"
            first += 1
        while first <= last and last % 16 != 15:
            yield f"{last:0{length}x}"
            last -= 1
        if last < first:
            return
        first, last = first // 16, last // 16  # whole groups of sixteen


class HasText(Lookup):
    """Matches items with one of these texts. PostgreSQL alone."""

    lookup_name = "has_text"
    prepare_rhs = False

    def __init__(self, texts: list[str]) -> None:
        super().__init__(F("attributes"), texts)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return the condition that the index on `attribute_texts` answers."""
        column, params = self.process_lhs(compiler, connection)
        return f"attribute_texts({column}) && %s::text[]", [*params, self.rhs]
