"""Search around a point: the nearest rows first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from django.db import models
from django.db.models import Q

from core.db.prepared import Param
from core.db.results import LARGE_LIST_FACTOR, CountCache, ResultList
from core.lru import LRUCache
from geo.circles import (
    MAX_PLANAR_KM,
    PARAM_NAMES,
    Circle,
    CircleKind,
    Numbers,
    distance_key,
    inside,
    uses_planar_distance,
)
from geo.distance import haversine_km

FIRST_CIRCLE_KM = 0.3  # the first circle that is searched for a page
SECOND_CIRCLE_KM = 8.0  # the second, in a search beyond `MAX_PLANAR_KM` …
SECOND_CIRCLE_SHARE = 0.1  # … and in others, of the whole radius
MIN_HINT_KM = 0.03  # the smallest circle of a hint: a house may fill more than a page
HINT_MARGIN = 1.5  # of a hint, times the distance that the last page reached
DENSE_SHARE = 0.5  # of a radius, in which rows are counted for other points, too
MARGIN_KM = 0.01  # the distances of rows are exact to half a metre
MAX_RADIUS_HINTS = 1000  # neighbourhoods of which a list remembers a hint

# Written into the SQL: PostgreSQL estimates by the ranges how many rows the box holds.
# A plan made without them is wrong either for a street or for a country.
CIRCLE_PARAMS = {name: Param(name, float, inline=True) for name in PARAM_NAMES}
AFTER_PARAMS = CIRCLE_PARAMS | {
    "after_key": Param("after_key", float, inline=True),
    "after_id": Param("after_id", int, inline=True),
}


@dataclass
class RadiusHint:
    """The radius that pages of a neighbourhood needed, for the next page there.

    Threads share it without a lock: a hint changes which circle is tried first, never
    an answer.
    """

    km: float | None = None


@dataclass
class Density:
    """What counting found in a neighbourhood, for the next count there.

    Threads share it without a lock: at worst each request goes on to count.
    """

    full_counts: int = 0  # how often counting reached its bound
    circle: Circle | None = None  # that has more rows than are counted


@dataclass(frozen=True)
class Nearest(ResultList):
    """The rows of `queryset` within `km` of a point, nearest first; slice it.

    Small circles are searched for a page first: a row outside of one is farther than
    all rows inside, so a circle that fills the page gives the exact answer without
    computing the distance of the rest. In a dense neighbourhood the first circle is
    as small as the page before needed. One query finds the ids, from the index alone,
    and their rows. Rows have a `distance_key`.

    All circles of one `CircleKind`, around any point, share the cached SQL.
    """

    latitude: float
    longitude: float
    km: float
    is_small: bool = False  # so few rows that small circles would only cost queries
    max_small_circles: int = 2
    radius_hints: LRUCache = field(
        default_factory=lambda: LRUCache(MAX_RADIUS_HINTS),
        compare=False,
        repr=False,
        kw_only=True,
    )
    densities: LRUCache = field(
        default_factory=lambda: LRUCache(MAX_RADIUS_HINTS),
        compare=False,
        repr=False,
        kw_only=True,
    )

    def at(self, latitude: float, longitude: float, km: float) -> "Nearest":
        """Return the same search around another point; it shares the SQL and hints."""
        return replace(
            self,
            latitude=latitude,
            longitude=longitude,
            km=km,
            count_cache=CountCache(),
        )

    @property
    def everything(self) -> models.QuerySet:
        """Return all rows within `km`, in any order."""
        circle = self._circle(self.km)
        return inside(self.queryset, circle.kind, circle.numbers)

    def known_small(self) -> "Nearest":
        """Return the same search, without the small circles that cost queries."""
        return replace(self, is_small=True)

    def __getitem__(self, span: slice) -> list[Any]:
        hint = self.radius_hints.get(self._neighbourhood(span), RadiusHint)
        rows: list[Any] = []
        for circle in self._circles(hint.km):
            rows = self._rows(circle, span)
            if len(rows) == span.stop - span.start:
                reached_km = circle.km_at(rows[-1].distance_key)
                hint.km = max(HINT_MARGIN * reached_km, MIN_HINT_KM)
                break
        return rows

    def after_cursor(self, position: list | None, count: int) -> list[Any]:
        """Return the next `count` rows after a `position`.

        It is the `[distance_key, id]` of a row; None is the beginning.

        Raises `ValueError`, `TypeError` or `IndexError` for a malformed one.
        """
        if position is None:
            return self[0:count]
        after = {"after_key": float(position[0]), "after_id": int(position[1])}
        rows: list[Any] = []
        for circle in self._circles():
            rows = self._rows_after(circle, after, count)
            if len(rows) == count:
                break
        return rows

    def cursor_for(self, row: Any) -> list:
        """Return the position of `row`: its `distance_key` and its id."""
        return [row.distance_key, row.pk]

    def count_up_to(self, max_count: int) -> int:
        """Return the number of rows, at most `max_count`.

        As of any list (`ResultList`), but for this radius around all points of a
        neighbourhood: a circle that holds another one with more rows than are counted
        has as many.
        """
        density = self.densities.get((self._cell, self.km, max_count), Density)
        if density.circle is not None and self._holds(density.circle):
            return max_count
        count = self._count_in(self._circle(self.km), max_count)
        if count == max_count:
            density.full_counts += 1
            if density.full_counts == 2:
                density.circle = self._dense_circle(ceil(LARGE_LIST_FACTOR * max_count))
        return count

    def _dense_circle(self, least: int) -> Circle | None:
        """Return a circle around the point that has `least` rows; None without one."""
        for circle in map(self._circle, (self.km * DENSE_SHARE, self.km)):
            if self._count_in(circle, least) == least:
                return circle
        return None

    def _holds(self, circle: Circle) -> bool:
        """Whether all of another circle is in the whole search."""
        if (self.latitude, self.longitude) == (circle.latitude, circle.longitude):
            return circle.km <= self.km
        away_km = haversine_km(
            self.latitude, self.longitude, circle.latitude, circle.longitude
        )
        return away_km + circle.km + MARGIN_KM <= self.km

    def _count_in(self, circle: Circle, max_count: int) -> int:
        return self.queries.count(
            ("count", max_count, circle.kind),
            lambda **numbers: self._ids_inside(circle.kind, numbers, max_count),
            CIRCLE_PARAMS,
            circle.numbers,
        )

    def _ids_inside(
        self, kind: CircleKind, numbers: Numbers, max_count: int
    ) -> models.QuerySet:
        rows = inside(self.queryset, kind, numbers)
        return rows.order_by().values("pk")[:max_count]

    def _rows(self, circle: Circle, span: slice) -> list[Any]:
        return self.queries.rows(
            ("rows", span.start, span.stop, circle.kind),
            lambda **numbers: self._nearest_first(circle.kind, numbers, span),
            CIRCLE_PARAMS,
            circle.numbers,
        )

    def _rows_after(
        self, circle: Circle, after: dict[str, float], count: int
    ) -> list[Any]:
        def build(
            after_key: float | Param, after_id: int | Param, **numbers: float | Param
        ) -> models.QuerySet:
            beyond = Q(distance_key__gt=after_key)
            beyond |= Q(distance_key=after_key, pk__lt=after_id)
            return self._nearest_first(circle.kind, numbers, slice(0, count), beyond)

        key = ("after", count, circle.kind)
        return self.queries.rows(key, build, AFTER_PARAMS, circle.numbers | after)

    def _nearest_first(
        self, kind: CircleKind, numbers: Numbers, span: slice, beyond: Q | None = None
    ) -> models.QuerySet:
        """Return a span of the rows of a circle, with all fields for display.

        The inner query sorts ids and keys, which the index holds; the rows of the span
        alone are read from the table and joined.
        """
        rows = inside(self.queryset, kind, numbers).filter(beyond or Q())
        ids = rows.order_by("distance_key", "-pk").values("pk")[span]
        shown = self.queryset.model._default_manager.for_display().filter(pk__in=ids)
        key = distance_key(numbers, is_planar=kind.is_planar)
        return shown.annotate(distance_key=key).order_by("distance_key", "-pk")

    @property
    def _cell(self) -> tuple[int, int]:
        """The neighbourhood of the point: a cell of about 5 km."""
        return int(self.latitude * 20), int(self.longitude * 10)

    def _neighbourhood(self, span: slice) -> tuple[int, int, int]:
        """Return the cell, and how many rows are searched for in it."""
        return *self._cell, span.stop

    def _circles(self, hint_km: float | None = None) -> Iterator[Circle]:
        """Yield growing circles around the point; the last one is the whole search."""
        tried_km = 0.0
        for km in () if self.is_small else self._small_radii(hint_km):
            if tried_km < km < self.km:
                yield self._circle(km)
                tried_km = km
        yield self._circle(self.km)

    def _small_radii(self, hint_km: float | None) -> tuple[float, ...]:
        """Return radii in km, smallest first.

        A hint may only add a smaller first circle: a radius that a suburb needs would
        hold ten thousand rows in the centre beside it.
        """
        is_far = self.km > MAX_PLANAR_KM
        second = SECOND_CIRCLE_KM if is_far else self.km * SECOND_CIRCLE_SHARE
        radii = (FIRST_CIRCLE_KM, second)[: self.max_small_circles]
        if radii and hint_km and hint_km < FIRST_CIRCLE_KM:
            return (hint_km, *radii)
        return radii

    def _circle(self, km: float) -> Circle:
        """Return the circle of `km` around the point.

        All circles compute distances as the whole search does, so that a row has the
        same `distance_key`, and a cursor the same position, in each of them.
        """
        is_planar = uses_planar_distance(self.latitude, self.longitude, self.km)
        return Circle(self.latitude, self.longitude, km, is_planar)
