"""Where a reader stands in a list, as a word that only this server can write.

It is sealed with the path of its list, so that it is a word of no other.
"""

from django.core import signing
from django.utils.translation import gettext as _

from core.db.results import ResultList
from core.exceptions import ValidationFailed

SALT = "marketplace.cursor"


def encode(place: list, *, path: str) -> str:
    return signing.dumps(place, salt=SALT + path)


def after_cursor(rows: ResultList, cursor: str, count: int, *, path: str) -> list:
    """The next `count` rows after a cursor; from the beginning after an empty one."""
    place = decode(cursor, path=path) if cursor else None
    try:
        return rows.after_cursor(place, count)
    except (IndexError, TypeError, ValueError) as error:
        raise ValidationFailed(_("This cursor belongs to another list.")) from error


def decode(cursor: str, *, path: str) -> list:
    try:
        return signing.loads(cursor, salt=SALT + path)
    except signing.BadSignature as error:
        raise ValidationFailed(_("This cursor is not one of ours.")) from error
