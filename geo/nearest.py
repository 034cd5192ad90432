"""Points on the map: what the public may know of them, and search around them."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace

from django.db import models
from django.db.models import Q

from core.db.prepared import PreparedQuery
from core.db.results import ResultList
from core.lru import LRUCache
from geo.circles import (
    MAX_PLANAR_KM,
    PARAM_NAMES,
    PARAM_VALUES,
    Circle,
    CircleKind,
    _inside,
    distance_key,
    uses_planar_distance,
)

FIRST_CIRCLE_KM = 0.3  # of the circle in which a page is looked for first
SECOND_CIRCLE_KM = (
    8.0  # of the second, in a search beyond `MAX_PLANAR_KM`; else a tenth of the whole
)
MIN_HINT_KM = 0.03  # of a circle: a house may have more than a page
HINT_MARGIN = 1.5  # times as far as the last page reached in a neighbourhood
MAX_RADIUS_HINTS = 1000  # of which one question remembers how far its pages reached


@dataclass(frozen=True)
class Nearest(ResultList):
    """The rows of `queryset` within `km` of a point, nearest first; slice it.

    A page is looked for in small circles first: what lies outside of one is farther
    than everything inside, so a circle that fills the page gives the exact answer
    without measuring the rest. In a crowded neighbourhood it is as small as the page
    before needed. Ids are found from the index alone, in the same query as their rows.
    Rows come with their `distance_key`. All circles of one shape, around whatever
    point, are asked for by the same kept SQL.
    """

    latitude: float
    longitude: float
    km: float
    is_few: bool = False  # few enough that small circles would only cost queries
    steps: int = 2  # small circles that may be tried
    radius_hints: LRUCache = field(  # of pages, by neighbourhood
        default_factory=lambda: LRUCache(MAX_RADIUS_HINTS),
        compare=False,
        repr=False,
        kw_only=True,
    )

    def at(self, latitude: float, longitude: float, km: float) -> "Nearest":
        """The same search around another point."""
        place = {"latitude": latitude, "longitude": longitude, "km": km}
        return replace(self, **place, count_cache={})

    @property
    def everything(self) -> models.QuerySet:
        circle = self._circle(self.km)
        return _inside(self.queryset, circle.kind, circle.numbers)

    def known_small(self) -> "Nearest":
        return replace(self, is_few=True)

    def __getitem__(self, span: slice) -> list[models.Model]:
        return self._first(span)

    def after_cursor(self, place: list | None, count: int) -> list[models.Model]:
        """The next `count` rows after a place: the [distance_key, id] of a row."""
        if place is None:
            return self[0:count]
        distance_key, pk = float(place[0]), int(place[1])
        beyond = Q(distance_key__gt=distance_key) | Q(
            distance_key=distance_key, pk__lt=pk
        )
        return self._first(slice(0, count), beyond)

    def cursor_for(self, row: models.Model) -> list:
        return [row.distance_key, row.pk]

    def _counted(self, most: int) -> int:
        circle = self._circle(self.km)
        statement = self._question(("count", most), circle, self._ids_within, most)
        return statement.count(**circle.numbers)

    def _ids_within(self, kind: CircleKind, most: int) -> models.QuerySet:
        return _inside(self.queryset, kind, PARAM_VALUES).order_by().values("pk")[:most]

    def _first(self, span: slice, beyond: Q | None = None) -> list[models.Model]:
        """A span of the rows, from the smallest circle that has all of it."""
        rows: list[models.Model] = []
        known = self.radius_hints.get(self._page(span), dict) if beyond is None else {}
        for km in self._circles(known.get("km")):
            circle = self._circle(km)
            if beyond is None:
                place = (span.start, span.stop)
                statement = self._question(place, circle, self._found, span)
            else:
                found = self._found(circle.kind, span, beyond)
                statement = PreparedQuery(found, names=PARAM_NAMES)
            rows = statement.rows(**circle.numbers)
            if len(rows) == span.stop - span.start:
                reach = circle.km_at(rows[-1].distance_key)
                known["km"] = max(HINT_MARGIN * reach, MIN_HINT_KM)
                break
        return rows

    def _page(self, span: slice) -> tuple[int, int, int]:
        """A page in a neighbourhood of some 5 km."""
        return int(self.latitude * 20), int(self.longitude * 10), span.stop

    def _question(
        self, name: Hashable, circle: Circle, build: Callable, *given
    ) -> PreparedQuery:
        return self._kept(
            (name, circle.kind),
            lambda: PreparedQuery(build(circle.kind, *given), names=PARAM_NAMES),
        )

    def _found(
        self, kind: CircleKind, span: slice, beyond: Q | None = None
    ) -> models.QuerySet:
        near = _inside(self.queryset, kind, PARAM_VALUES).filter(beyond or Q())
        ids = near.order_by("distance_key", "-pk").values("pk")[span]
        rows = self.queryset.model._default_manager.for_display().filter(pk__in=ids)
        rows = rows.annotate(
            distance_key=distance_key(PARAM_VALUES, flat=kind.uses_planar_distance)
        )
        return rows.order_by("distance_key", "-pk")

    def _circles(self, reach: float | None) -> Iterator[float]:
        """The whole at last, and before it smaller ones, each larger than the last."""
        tried = 0.0
        for km in () if self.is_few else self._small_circles(reach):
            if tried < km < self.km:
                yield km
                tried = km
        yield self.km

    def _small_circles(self, reach: float | None) -> tuple[float, ...]:
        second = SECOND_CIRCLE_KM if self.km > MAX_PLANAR_KM else self.km / 10
        small = (FIRST_CIRCLE_KM, second)[: self.steps]
        return (reach, *small) if small and reach and reach < FIRST_CIRCLE_KM else small

    def _circle(self, km: float) -> Circle:
        """All circles of a search are measured as its whole is, so that they agree."""
        flat = uses_planar_distance(self.latitude, self.longitude, self.km)
        return Circle(self.latitude, self.longitude, km, flat)
