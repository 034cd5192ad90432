"""The rows of a table that were committed since the last poll: each is read once.

An id is given before its row is committed, so rows appear in another order than their
ids. A cursor therefore keeps the ids that it has passed without their rows (`Gap`), and
each poll looks for those too. A gap is dropped when no transaction that was writing to
the table when the gap was found is left.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet

from core.db.locks import writers_of

MAX_NEW_ROWS = 5000  # of one page
MAX_GAPS_PER_QUERY = 100  # SQLite allows expressions a thousand deep
LOOK_BACK_ROWS = 1000  # in which a new cursor looks for gaps


@dataclass(frozen=True, slots=True)
class Gap:
    """The ids from `first` to `last`, and the transactions that may commit them."""

    first: int
    last: int
    writers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """All rows up to `last_id` were read, except for those in `gaps`, in order."""

    last_id: int
    gaps: tuple[Gap, ...] = ()


class Page(NamedTuple):
    """New rows in the order of their ids, and where to read on."""

    rows: list[tuple[Any, ...]]
    cursor: Cursor
    has_more: bool  # there may be more: read again at once


def end_of(model: type[Model]) -> Cursor:
    """Return a cursor at the end of a table: no row that is visible now is new.

    Rows that are committed later are, unless their ids are older than those of the
    last `LOOK_BACK_ROWS` rows.
    """
    ids = model._default_manager.order_by("-pk").values_list("pk")
    oldest = ids[LOOK_BACK_ROWS - 1 : LOOK_BACK_ROWS].first()
    return read(ids, Cursor(oldest[0] - 1 if oldest else 0)).cursor


def read(rows: QuerySet[Any, Any], cursor: Cursor) -> Page:
    """Return a page of the rows after `cursor`; `rows` has tuples that begin with `pk`.

    Call it outside of a transaction: each of its queries must see what is committed.
    """
    new = list(rows.filter(pk__gt=cursor.last_id).order_by("pk")[:MAX_NEW_ROWS])
    last_id = new[-1][0] if new else cursor.last_id
    passed = Gap(cursor.last_id + 1, last_id, frozenset())
    new_gaps = list(_without(passed, _ids(new)))
    if not new_gaps and not cursor.gaps:
        return Page(new, Cursor(last_id), len(new) == MAX_NEW_ROWS)
    # After the new rows: an id before one of theirs was given by now, to a transaction
    # that has ended or is in `writers`. Before the late rows: what a transaction that
    # is not in `writers` has committed is visible to them. In another order a row that
    # is committed between two of the queries would be lost.
    writers = writers_of(rows.model)
    gaps = [
        *(replace(gap, writers=gap.writers & writers) for gap in cursor.gaps),
        *(replace(gap, writers=writers) for gap in new_gaps),
    ]
    late, is_complete = _late_rows(rows, gaps)
    ids = _ids(late)
    left = tuple(
        part
        for gap in gaps
        if gap.writers or not is_complete
        for part in _without(gap, ids)
    )
    has_more = len(new) == MAX_NEW_ROWS or not is_complete
    # A late row may be followed by others of its conversation among the new ones.
    return Page(sorted([*late, *new], key=_id), Cursor(last_id, left), has_more)


def _late_rows(
    rows: QuerySet[Any, Any], gaps: Sequence[Gap]
) -> tuple[list[tuple[Any, ...]], bool]:
    """Return rows in the gaps, in order, and whether these are all."""
    late: list[tuple[Any, ...]] = []
    for start in range(0, len(gaps), MAX_GAPS_PER_QUERY):
        part = gaps[start : start + MAX_GAPS_PER_QUERY]
        ranges = (Q(pk__range=(gap.first, gap.last)) for gap in part)
        # The bounds beside the ranges: whichever way PostgreSQL chooses, it reads a
        # part of the index, never all of it.
        bounds = Q(pk__range=(part[0].first, part[-1].last))
        found = rows.filter(bounds, reduce(or_, ranges)).order_by("pk")[:MAX_NEW_ROWS]
        late += found
        if len(found) == MAX_NEW_ROWS:
            return late, False
    return late, True


def _without(gap: Gap, ids: Sequence[int]) -> Iterator[Gap]:
    """Return what is left of a gap when the rows with these ids, in order, are read."""
    first = gap.first
    for pk in ids[bisect_left(ids, gap.first) : bisect_right(ids, gap.last)]:
        if pk > first:
            yield replace(gap, first=first, last=pk - 1)
        first = pk + 1
    if first <= gap.last:
        yield replace(gap, first=first)


def _ids(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    return [row[0] for row in rows]


def _id(row: tuple[Any, ...]) -> int:
    pk: int = row[0]
    return pk
