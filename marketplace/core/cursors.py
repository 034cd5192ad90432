"""Where a reader stands in a list, as a word that only this server can write."""

from django.core import signing
from django.utils.translation import gettext as _

from marketplace.core.errors import Invalid
from marketplace.core.rows import Rows

SALT = "marketplace.cursor"


def encode(place: list) -> str:
    return signing.dumps(place, salt=SALT)


def following(rows: Rows, cursor: str, count: int) -> list:
    """The next `count` rows after a cursor; from the beginning after an empty one."""
    place = decode(cursor) if cursor else None
    try:
        return rows.following(place, count)
    except (IndexError, TypeError, ValueError) as error:
        raise Invalid(_("This cursor belongs to another list.")) from error


def decode(cursor: str) -> list:
    try:
        return signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise Invalid(_("This cursor is not one of ours.")) from error
