"""Lists that pages are cut from, and where a reader of one stands."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from core.db.prepared import PreparedQuery
from core.exceptions import ValidationFailed

NEWEST_FIRST = ("-created_at", "-id")
CROWD_FACTOR = 10  # times as many as are counted
DEEP = 100  # rows before a page, from which it is cheaper to find its ids first


@dataclass(frozen=True)
class ResultList:
    """The rows of `queryset` in its order. The SQL of each question is kept."""

    queryset: QuerySet
    statements: dict = field(
        default_factory=dict, compare=False, repr=False, kw_only=True
    )
    count_cache: dict = field(
        default_factory=dict, compare=False, repr=False, kw_only=True
    )

    @property
    def everything(self) -> QuerySet:
        """All of them, in any order."""
        return self.queryset

    def count_up_to(self, most: int) -> int:
        """How many rows there are, but no more than `most`: then it stops counting.

        Who comes back to a full list finds out whether it holds `CROWD_FACTOR` times
        as many; such a list is not counted again while these rows are kept.
        """
        if self.count_cache.get("crowd"):
            return most
        counted = self._counted(most)
        if counted == most:
            self.count_cache["full"] = self.count_cache.get("full", 0) + 1
            if self.count_cache["full"] == 2:
                self.count_cache["crowd"] = (
                    self._counted(CROWD_FACTOR * most) == CROWD_FACTOR * most
                )
        return counted

    def _counted(self, most: int) -> int:
        return self._kept(
            ("count", most), lambda: PreparedQuery(self._ids(most))
        ).count()

    def _ids(self, most: int) -> QuerySet:
        return self.queryset.order_by().values("pk")[:most]

    def known_small(self) -> "ResultList":
        """The same rows, known to be few."""
        return self

    def __getitem__(self, span: slice) -> list[Model]:
        place = (span.start, span.stop)
        return self._kept(place, lambda: PreparedQuery(self._cut(span))).rows()

    def _cut(self, span: slice) -> QuerySet:
        """Of what lies before a deep page the ids alone are read."""
        if span.start < DEEP:
            return self.queryset[span]
        return self.queryset.filter(pk__in=self.queryset.values("pk")[span])

    def after_cursor(self, place: list | None, count: int) -> list[Model]:
        """The next `count` rows after a place, at the same cost wherever it is.

        Rows that come or go in the meantime move nobody else's place.
        """
        if not self._is_newest_first:
            raise ValidationFailed(
                _("A cursor goes with newest first or nearest first alone.")
            )
        if place is None:
            return self[0:count]
        moment, pk = datetime.fromisoformat(place[0]), int(place[1])
        older = Q(created_at__lt=moment) | Q(pk__lt=pk)
        return list(self.queryset.filter(older, created_at__lte=moment)[:count])

    def cursor_for(self, row: Model) -> list | None:
        """Where a reader stands after `row`; None where cursors do not go."""
        return [row.created_at.isoformat(), row.pk] if self._is_newest_first else None

    @property
    def _is_newest_first(self) -> bool:
        order = (name.replace("pk", "id") for name in self.queryset.query.order_by)
        return tuple(order) == NEWEST_FIRST

    def _kept(self, name: Hashable, make: Callable[[], PreparedQuery]) -> PreparedQuery:
        if name not in self.statements:
            self.statements[name] = make()
        return self.statements[name]
