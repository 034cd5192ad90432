"""Cursors: the position of a row in a list, as signed text.

The path of the list is part of the signature's salt, so that a cursor of one list (or
of one conversation) is invalid in every other.
"""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from core.db.results import ResultList
from core.exceptions import ValidationFailed

SALT = "marketplace.cursor"


def encode(position: list[Any], *, path: str) -> str:
    """Return the cursor of a `position`, for the list at `path`."""
    return signing.dumps(position, salt=SALT + path)


def after_cursor(
    results: ResultList, cursor: str, count: int, *, path: str
) -> list[Any]:
    """Return the next `count` rows after a cursor; the first ones for an empty one.

    Raises `ValidationFailed` (400) for a cursor that is not of this list.
    """
    position = decode(cursor, path=path) if cursor else None
    try:
        return results.after_cursor(position, count)
    except (IndexError, TypeError, ValueError) as error:
        raise ValidationFailed(_("This cursor belongs to another list.")) from error


def decode(cursor: str, *, path: str) -> list[Any]:
    """Return the position in a cursor; raise `ValidationFailed` (400) if forged."""
    try:
        return signing.loads(cursor, salt=SALT + path)
    except signing.BadSignature as error:
        raise ValidationFailed(_("This cursor is not valid.")) from error
