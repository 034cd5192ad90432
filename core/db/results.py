"""Lists that pages are cut from, and cursors into them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.db.prepared import Param, QueryCache
from core.exceptions import ValidationFailed

NEWEST_FIRST = ("-created_at", "-id")
LARGE_LIST_FACTOR = 10  # a list with so many times the rows that are counted is large
DEEP_PAGE_OFFSET = 100  # rows before a page, from which its ids are found first
AFTER_ROW = {
    # In the text of the query: a plan that is made without the time would expect a
    # third of the table, and might not read the index in its order.
    "created_at": Param("created_at", datetime, inline=True),
    "row_id": Param("row_id", int, inline=True),
}


@dataclass
class CountCache:
    """What earlier requests found out about the length of a cached list.

    Threads share it without a lock: at worst one request counts once more.
    """

    full_counts: int = 0  # how often counting reached its bound
    is_large: bool = False  # there is no need to count again


@dataclass(frozen=True)
class ResultList:
    """The rows of `queryset` in its order; a slice of it is a list of instances.

    The SQL of each slice and count is cached with it.
    """

    queryset: QuerySet[Any]
    queries: QueryCache = field(
        default_factory=QueryCache, compare=False, repr=False, kw_only=True
    )
    count_cache: CountCache = field(
        default_factory=CountCache, compare=False, repr=False, kw_only=True
    )

    @property
    def everything(self) -> QuerySet[Any]:
        """Return all rows, in any order."""
        return self.queryset

    def count_up_to(self, max_count: int) -> int:
        """Return the number of rows, at most `max_count`.

        Counting a long list costs more than showing a page of it. The second time that
        the bound is reached, the list is counted `LARGE_LIST_FACTOR` times as far; if
        it has so many rows, it is not counted again while it is cached (a minute), in
        which it will not lose nine tenths of them.
        """
        if self.count_cache.is_large:
            return max_count
        count = self._count(max_count)
        if count == max_count:
            self.count_cache.full_counts += 1
            if self.count_cache.full_counts == 2:
                far = LARGE_LIST_FACTOR * max_count
                self.count_cache.is_large = self._count(far) == far
        return count

    def _count(self, max_count: int) -> int:
        return self.queries.count(("count", max_count), lambda: self._ids(max_count))

    def _ids(self, max_count: int) -> QuerySet[Any]:
        return self.queryset.order_by().values("pk")[:max_count]

    def known_small(self) -> "ResultList":
        """Return the same list, known to have no more rows than are counted."""
        return self

    def __getitem__(self, span: slice) -> list[Any]:
        key = ("rows", span.start, span.stop)
        return self.queries.rows(key, lambda: self._slice(span))

    def _slice(self, span: slice) -> QuerySet[Any]:
        """Return the rows of a page.

        Before a deep one PostgreSQL would read and join all columns of each row that
        it skips: there the ids alone are read.
        """
        if span.start < DEEP_PAGE_OFFSET:
            return self.queryset[span]
        return self.queryset.filter(pk__in=self.queryset.values("pk")[span])

    def after_cursor(self, position: list[Any] | None, count: int) -> list[Any]:
        """Return the next `count` rows after a `position` that `cursor_for` gave.

        From the beginning for None. It costs the same at any depth, and rows that come
        or go meanwhile do not move it. Raises `ValidationFailed` for a list in another
        order, `ValueError`, `TypeError` or `IndexError` for a malformed position.
        """
        if not self._is_newest_first:
            raise ValidationFailed(
                _("A cursor goes with newest first or nearest first alone.")
            )
        if position is None:
            return self[0:count]
        created_at, row_id = datetime.fromisoformat(position[0]), int(position[1])
        return self.queries.rows(
            ("after", count),
            lambda **row: self._older_than(**row)[:count],
            AFTER_ROW,
            {"created_at": created_at, "row_id": row_id},
        )

    def _older_than(
        self, created_at: datetime | Param, row_id: int | Param
    ) -> QuerySet[Any]:
        """Return the rows with `(created_at, id) < (…, …)`.

        The condition is written so that the index on `created_at` finds where to begin.
        """
        older = Q(created_at__lt=created_at) | Q(pk__lt=row_id)
        return self.queryset.filter(older, created_at__lte=created_at)

    def cursor_for(self, row: Any) -> list[Any] | None:
        """Return the position of `row`; None for an order that has no cursors.

        `row` is an instance of the model, which has a `created_at`.
        """
        return [row.created_at.isoformat(), row.pk] if self._is_newest_first else None

    @property
    def _is_newest_first(self) -> bool:
        order = (str(name).replace("pk", "id") for name in self.queryset.query.order_by)
        return tuple(order) == NEWEST_FIRST
