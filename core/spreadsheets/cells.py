"""Cells that a spreadsheet would run as formulas become text, and back again."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

MAX_CELL_CHARS = 32_767  # of Excel
MAX_WHOLE_NUMBER = 2**53  # larger ones would lose digits in a spreadsheet
# Spaces, apostrophes and quotes before the sign do not help: some programs drop them.
# Full-width signs are read like the others in East Asian editions.
DANGEROUS = re.compile(r"""['"\s]*[=+\-@＝＋－＠]|['"]*[\t\r\n]""")
# Of XML 1.0: what no document may contain.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cleaned(text: str) -> str:
    """Return the text without control characters and halves of characters.

    XML has no such characters, and PostgreSQL takes neither them nor JSON with them.
    """
    return CONTROL.sub("", text)


def neutralised(text: str) -> str:
    """Return the text, with an apostrophe before one that could be run."""
    return f"'{text}" if DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """Return the text of which `neutralised` made this one."""
    # What `neutralised` leaves alone never looks like its result: an apostrophe before
    # a dangerous text is dangerous itself.
    if text.startswith("'") and DANGEROUS.match(text[1:]):
        return text[1:]
    return text


def cell(value: Any) -> int | float | Decimal | str:
    """Return a value as it stands in a table: a number, or a text that cannot be run.

    None is an empty text, and a time is on the clock of the site.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) <= MAX_WHOLE_NUMBER:
        return value
    if (
        isinstance(value, float | Decimal)
        and value == value
        and abs(value) != _INFINITY
    ):
        return value
    if isinstance(value, datetime):
        return on_the_clock(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return neutralised(cleaned(str(value))[: MAX_CELL_CHARS - 1])


def on_the_clock(moment: datetime) -> datetime:
    """Return a time on the clock of the site, to the second and without a zone."""
    if timezone.is_aware(moment):
        moment = timezone.localtime(moment).replace(tzinfo=None)
    return moment.replace(microsecond=0)


_INFINITY = float("inf")
