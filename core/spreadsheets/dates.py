"""Dates of a workbook: numbers of days, which a style shows as a date or a time."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

DAY_S = 24 * 60 * 60
# Excel counts a 29 February 1900 that was none: from March on, days are one more.
LEAP_DAY = 60
EPOCH, EPOCH_1904 = map(datetime.fromisoformat, ("1899-12-30", "1904-01-01"))
# Formats that every workbook has, by their numbers: of dates and of times of day.
BUILT_IN = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
MAX_FORMAT_CHARS = 255  # of Excel; the time that `LITERAL` takes grows by the square
# What shows itself in a format: texts in quotes, escaped characters, colours, places.
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
DATE_STYLE, TIME_STYLE = 1, 2  # of what `core.spreadsheets.writing` writes
FIRST_WRITTEN = date(1900, 3, 1)  # before it, programs disagree


def is_date_format(code: str) -> bool:
    """Return whether a format shows a date or a time of day, and no length of time."""
    first = code[:MAX_FORMAT_CHARS].split(";")[0]  # that of positive numbers
    if ELAPSED.search(first):
        return False
    shown = LITERAL.sub("", first)
    return shown.lower() != "general" and bool(DATE_LETTER.search(shown))


def date_styles(formats: Iterable[str], custom: dict[str, str]) -> list[bool]:
    """Return for each style whether it shows dates: by the number of its format."""
    # Once for each format, not for each style: thousands of styles may share one.
    is_date = {number: is_date_format(code) for number, code in custom.items()}
    return [
        is_date[number]
        if number in is_date
        else number.isdecimal() and int(number) in BUILT_IN
        for number in formats
    ]


def from_serial(number: float, *, is_1904: bool) -> date | datetime | time:
    """Return what a number of days stands for, to the second.

    A date if it is midnight, and a time below one day. Raises `ValueError` for what is
    no date: a negative number, one beyond the year 9999, and 29 February 1900.
    """
    seconds = round(number * DAY_S)
    if seconds < 0:
        raise ValueError("before the first date")
    if 0 < seconds < DAY_S and number < 1:
        return (EPOCH + timedelta(seconds=seconds)).time()
    try:
        moment = _epoch(number, is_1904) + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError("beyond the last date") from error
    return moment.date() if moment.time() == time() else moment


def _epoch(number: float, is_1904: bool) -> datetime:
    if is_1904:
        return EPOCH_1904
    day = int(number)
    if day in (0, LEAP_DAY):
        raise ValueError("no day of the calendar")
    return EPOCH if day > LEAP_DAY else EPOCH + timedelta(days=1)


def to_serial(value: date) -> float:
    """Return the number of days of a date, or of a time without a zone, since 1900."""
    is_time = isinstance(value, datetime)
    moment = value if is_time else datetime.combine(value, time())
    return (moment - EPOCH) / timedelta(days=1)
