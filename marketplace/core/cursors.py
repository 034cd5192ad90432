"""Where a reader stands in a list, as a word that only this server can write."""

from datetime import datetime

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.core.errors import Invalid
from marketplace.core.geo import Nearest

NEWEST_FIRST = ("-created_at", "-id")
SALT = "marketplace.cursor"


def encode(place: list) -> str:
    return signing.dumps(place, salt=SALT)


def decode(cursor: str) -> list | None:
    """The place a cursor stands for; None for an empty one: the beginning."""
    if not cursor:
        return None
    try:
        return signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise Invalid(_("This cursor is not one of ours.")) from error


def following(rows: QuerySet | Nearest, place: list | None, count: int) -> list:
    """The next `count` rows after a place, at the same cost wherever it is.

    Rows that come or go in the meantime move nobody else's place.
    """
    if isinstance(rows, Nearest):
        return _checked(rows.following, place, count)
    if tuple(rows.query.order_by) != NEWEST_FIRST:
        raise Invalid(_("A cursor goes with newest first or nearest first alone."))
    return _checked(lambda at, most: list(_older(rows, at)[:most]), place, count)


def _checked(read, place: list | None, count: int) -> list:
    """A cursor of another list has other parts: refuse it as a bad one."""
    try:
        return read(place, count)
    except (TypeError, ValueError) as error:
        raise Invalid(_("This cursor belongs to another list.")) from error


def _older(rows: QuerySet, place: list | None) -> QuerySet:
    if place is None:
        return rows
    moment, pk = datetime.fromisoformat(place[0]), int(place[1])
    older = Q(created_at__lt=moment) | Q(pk__lt=pk)
    return rows.filter(older, created_at__lte=moment)


def place_of(row, rows: QuerySet | Nearest) -> list | None:
    """Where a reader of `rows` stands after `row`; None where cursors do not go."""
    if isinstance(rows, Nearest):
        return [row.farness, row.pk]
    if tuple(rows.query.order_by) == NEWEST_FIRST:
        return [row.created_at.isoformat(), row.pk]
    return None
