"""Lists that pages are cut from, and cursors into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any, ClassVar, Self

from django.db import connections
from django.db.models import Count, Q, QuerySet, Window
from django.utils.translation import gettext as _

from core.db.lookups import Among, has_id
from core.db.prepared import Param, QueryCache
from core.exceptions import ValidationFailed

NEWEST_FIRST = ("-created_at", "-id")
LARGE_LIST_FACTOR = 1.25  # a list with so many times the rows that are counted is large
MAX_FEW = 500  # ids of which all rows are read
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
    is_few: bool | None = None  # of `FewByIndex`; None: not looked up yet


@dataclass(frozen=True)
class ResultList:
    """The rows of `queryset` in its order; a slice of it is a list of instances.

    The SQL of each slice and count is cached with it. `values` are those of the
    parameters that stand in `queryset`, by name.
    """

    queryset: QuerySet[Any]
    values: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    max_total: int | None = field(default=None, kw_only=True)  # if fewer than usual
    queries: QueryCache = field(
        default_factory=QueryCache, compare=False, repr=False, kw_only=True
    )
    count_cache: CountCache = field(
        default_factory=CountCache, compare=False, repr=False, kw_only=True
    )

    ids_first: ClassVar[bool] = False  # also of the first pages

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """Return the list for other values of its parameters; it shares the SQL.

        Nothing is known of its length: it may be that of another person.
        """
        return replace(self, values=values, count_cache=CountCache())

    @property
    def everything(self) -> QuerySet[Any]:
        """Return all rows, in any order."""
        return self.queryset

    def count_up_to(self, max_count: int) -> int:
        """Return the number of rows, at most `max_count`.

        Counting a long list costs more than showing a page of it. The second time that
        the bound is reached, the list is counted `LARGE_LIST_FACTOR` times as far; if
        it has so many rows, it is not counted again while it is cached (a minute), in
        which it will not lose a fifth of them.
        """
        if self.count_cache.is_large:
            return max_count
        count = self._count(max_count)
        if count == max_count:
            self.count_cache.full_counts += 1
            if self.count_cache.full_counts == 2:
                far = ceil(LARGE_LIST_FACTOR * max_count)
                self.count_cache.is_large = self._count(far) == far
        return count

    def _count(self, max_count: int) -> int:
        key = ("count", max_count)
        return self.queries.count(key, lambda: self._ids(max_count), values=self.values)

    def _ids(self, max_count: int) -> QuerySet[Any]:
        return self.queryset.order_by().values("pk")[:max_count]

    def known_small(self) -> "ResultList":
        """Return the same list, known to have no more rows than are counted."""
        return self

    def counted_page(self, span: slice) -> tuple[list[Any], int] | None:
        """Return the rows of a page and the number of all, if one query finds both."""
        return None

    def __getitem__(self, span: slice) -> list[Any]:
        key = ("rows", span.start, span.stop)
        return self.queries.rows(key, lambda: self._slice(span), values=self.values)

    def _slice(self, span: slice) -> QuerySet[Any]:
        """Return the rows of a page.

        Before a deep one PostgreSQL would read and join all columns of each row that
        it skips: there the ids alone are read.
        """
        if span.start < DEEP_PAGE_OFFSET and not self.ids_first:
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
                _("A cursor works only with newest first or nearest first.")
            )
        if position is None:
            return self[0:count]
        created_at, row_id = datetime.fromisoformat(position[0]), int(position[1])
        return self.queries.rows(
            ("after", count),
            lambda **row: self._older_than(**row)[:count],
            AFTER_ROW,
            {**self.values, "created_at": created_at, "row_id": row_id},
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


class IdsFirst(ResultList):
    """A list whose index holds all that its conditions read.

    PostgreSQL looks at such conditions in the index alone only where the query reads
    nothing else: otherwise it fetches each row before it tests it.
    """

    ids_first = True


@dataclass(frozen=True)
class NewestInOrder(ResultList):
    """A list in an order that no index has: its newest rows, sorted.

    Older ones are counted, and on no page.
    """

    most: int = field(kw_only=True)  # rows that are sorted

    def _slice(self, span: slice) -> QuerySet[Any]:
        rows = self.queryset
        newest = rows.order_by(*NEWEST_FIRST).values("pk")[: self.most]
        if connections[rows.db].vendor == "postgresql":
            # Of `IN` the planner makes a join, for which it reads the whole table.
            among = rows.filter(Among(newest))
        else:
            among = rows.filter(pk__in=newest)
        return rows.filter(pk__in=among.values("pk")[span])


@dataclass(frozen=True)
class FewByIndex(IdsFirst):
    """A list whose conditions another index answers, for few rows and in no order."""

    counted: QuerySet[Any] = field(kw_only=True)  # the same rows, by that index
    few: ResultList = field(kw_only=True)  # the same rows, by the ids of `matching`
    matching: QuerySet[Any] = field(kw_only=True)  # ids; some may be of other lists

    def known_small(self) -> ResultList:
        """Return the same list, by the ids of `matching` if they are few."""
        return self.few if self._is_few() else self

    def counted_page(self, span: slice) -> tuple[list[Any], int] | None:
        """Return the rows of a page and the number of all, if few ids match.

        To sort them all of them are read, but for their people: so they are counted in
        passing, and the whole rows of the page are read by their ids.
        """
        if not self._is_few():
            return None
        rows, count = self.queries.counted_rows(
            ("counted", span.start, span.stop),
            lambda: self._counted_ids(span),
            lambda ids: self.queryset.filter(has_id(ids)),
        )
        # Beyond the end nothing is counted.
        return None if span.start and not rows else (rows, count)

    def _counted_ids(self, span: slice) -> QuerySet[Any]:
        count_of_all = Window(Count("*"))
        rows = self.counted.annotate(count_of_all=count_of_all)
        return rows.values_list("pk", "count_of_all")[span]

    def _ids(self, max_count: int) -> QuerySet[Any]:
        return self.counted.order_by().values("pk")[:max_count]

    def _is_few(self) -> bool:
        """Whether few ids match. Looked up once while the list is cached.

        The answer chooses a way to the same rows: an old one costs time alone.
        """
        if self.count_cache.is_few is None:
            found = self.queries.count("few", lambda: self.matching[: MAX_FEW + 1])
            self.count_cache.is_few = found <= MAX_FEW
        return self.count_cache.is_few
