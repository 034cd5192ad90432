"""Checks of the values in an answer.

A value check is a function from a value to a boolean. A shape is a value check, a list
of one shape, or a dict of shapes; further keys in the answer are allowed. `mismatches`
compares an answer with a shape.
"""

import math
import re
from datetime import datetime
from urllib.parse import urlsplit

ABSENT = object()
TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)
LOCAL_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
SLUG = re.compile(r"[a-z0-9_]+", re.ASCII)


def mismatches(shape, value, path: str = "") -> list[str]:
    """Describe every part of `value` that does not match `shape`."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{path or 'the answer'}: an object expected, got {brief(value)}"]
        return [
            mismatch
            for key, shape in shape.items()
            for mismatch in mismatches(shape, value.get(key, ABSENT), f"{path}.{key}")
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path or 'the answer'}: an array expected, got {brief(value)}"]
        return [
            mismatch
            for index, item in enumerate(value)
            for mismatch in mismatches(shape[0], item, f"{path}[{index}]")
        ]
    if shape(value):
        return []
    return [f"{path or 'the answer'}: {shape.__name__} expected, got {brief(value)}"]


def brief(value) -> str:
    return "nothing" if value is ABSENT else repr(value)[:120]


# --- Value checks ---------------------------------------------------------------------


def integer(value) -> bool:
    return type(value) is int


def number(value) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def text(value) -> bool:
    return type(value) is str


def nonblank(value) -> bool:
    return type(value) is str and value.strip() != ""


def slug(value) -> bool:
    return type(value) is str and SLUG.fullmatch(value) is not None


def boolean(value) -> bool:
    return type(value) is bool


def anything(value) -> bool:
    return value is not ABSENT


def nothing(value) -> bool:
    """Null or absent."""
    return value is None or value is ABSENT


def absent(value) -> bool:
    return value is ABSENT


def timestamp(value) -> bool:
    """An ISO 8601 time with Z or an offset."""
    return _is_time(value, TIMESTAMP)


def local_timestamp(value) -> bool:
    """An ISO 8601 time without an offset."""
    return _is_time(value, LOCAL_TIMESTAMP)


def _is_time(value, form: re.Pattern) -> bool:
    if type(value) is not str or not form.fullmatch(value):
        return False
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def web_address(value) -> bool:
    return type(value) is str and urlsplit(value).scheme in {"http", "https"}


def picture(value) -> bool:
    """An absolute URL or a path of the site."""
    return web_address(value) or (type(value) is str and value.startswith("/"))


def stars(value) -> bool:
    return integer(value) and 1 <= value <= 5


def rating(value) -> bool:
    """A mean of stars with one decimal, 0 without reviews."""
    return number(value) and 0 <= value <= 5 and round(value, 1) == value


def kilometres(value) -> bool:
    return number(value) and value >= 0 and round(value, 2) == value


def maybe(shape):
    """The given shape, null, or absent: the contract's question mark."""

    def fits(value) -> bool:
        return nothing(value) or not mismatches(shape, value)

    fits.__name__ = f"{getattr(shape, '__name__', 'an object')} or null"
    return fits


def one_of(*values):
    def fits(value) -> bool:
        return any(value == v and type(value) is type(v) for v in values)

    fits.__name__ = " or ".join(map(repr, values))
    return fits
