"""Points on the map: what the public may know of them, and search around them."""

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.functions import Cos, Radians, Sin

from marketplace.core.rows import Kept, Rows
from marketplace.core.statements import Statement

EARTH_RADIUS_KM = 6371.0  # of the contract's haversine distance
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
FIRST_KM = 0.3  # of the circle in which a page is looked for first
WIDE_KM = 8.0  # of the second, in a search beyond `FLAT_KM`; else a tenth of the whole
LEAST_KM = 0.03  # of a circle: a house may have more than a page
SPARE = 1.5  # times as far as the last page reached in a neighbourhood
NEIGHBOURHOODS = 1000  # of which one question remembers how far its pages reached
FLAT_KM = 50.0  # up to here the arithmetic distance is exact to half a metre


def haversine_km(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Great-circle distance in km (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    return (
        2
        * EARTH_RADIUS_KM
        * math.asin(math.sqrt(min(1.0, _haversine(lat1, lng1, lat2, lng2))))
    )


def _haversine(lat1, lng1, lat2, lng2) -> float:
    rise = math.sin(math.radians(lat2 - lat1) / 2) ** 2
    run = math.sin(math.radians(lng2 - lng1) / 2) ** 2
    return rise + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * run


def snap(latitude: float, longitude: float, grid_m: float) -> tuple[float, float]:
    """The centre of the grid cell of about `grid_m` × `grid_m` metres around a point.

    The same point always gives the same centre, so that reading an item again and
    again averages to nothing. A grid of 0 gives the point itself.
    """
    if not grid_m:
        return latitude, longitude
    height = grid_m / 1000 / KM_PER_DEGREE
    row_centre = _centre(latitude, height, 90)
    width = height / max(math.cos(math.radians(row_centre)), 1e-6)
    return row_centre, _centre(longitude, width, 180)


def _centre(value: float, step: float, bound: float) -> float:
    centre = (math.floor(value / step) + 0.5) * step
    return round(max(-bound, min(bound, centre)), 6)


class SnappedField(models.FloatField):
    """One coordinate of the public point, written whenever the row is saved."""

    def __init__(self, *, axis: int = 0, **kwargs):
        self.axis = axis
        kwargs |= {"editable": False, "null": True}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"axis": self.axis}

    def pre_save(self, model_instance, add) -> float | None:
        exact = (model_instance.latitude, model_instance.longitude)
        known = None not in exact
        grid_m = settings.PUBLIC_POINT_GRID_M
        value = snap(*map(float, exact), grid_m)[self.axis] if known else None
        setattr(model_instance, self.attname, value)
        return value


def is_flat(latitude: float, longitude: float, km: float) -> bool:
    """Whether plain arithmetic is exact enough for a circle (see `farness`)."""
    return km <= FLAT_KM and abs(latitude) < 80 and abs(longitude) < 175


class Shape(NamedTuple):
    """What the SQL of circles differs by, besides numbers."""

    is_flat: bool
    box: str  # "plain", "date line" (which it crosses), "pole" (which it holds) or ""


@dataclass(frozen=True)
class Circle:
    """What is within `km` of a point; `is_flat` says how distances are measured."""

    latitude: float
    longitude: float
    km: float
    is_flat: bool

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The smallest box around it, in degrees, and what `farness` is made of."""
        reach = self.km / EARTH_RADIUS_KM  # radians
        rise = math.degrees(reach)
        angle = math.radians(self.latitude)
        half = math.sin(min(reach / 2, math.pi / 2))
        numbers = {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "south": self.latitude - rise,
            "north": self.latitude + rise,
            "cosine": math.cos(angle),
            "bend": math.sin(angle) * math.pi / 360,
            "limit": rise**2 if self.is_flat else half**2,
        }
        if self._holds_pole:
            return numbers
        run = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(angle))))
        west, east = self.longitude - run, self.longitude + run
        west, east = west + 360 * (west < -180), east - 360 * (east > 180)
        return numbers | {"west": west, "east": east}

    @property
    def shape(self) -> Shape:
        if self.km >= math.pi * EARTH_RADIUS_KM / 2:
            return Shape(self.is_flat, "")
        if self._holds_pole:
            return Shape(self.is_flat, "pole")
        crosses = self.numbers["west"] > self.numbers["east"]
        return Shape(self.is_flat, "date line" if crosses else "plain")

    def km_at(self, farness: float) -> float:
        """How far a point of that `farness` is."""
        if self.is_flat:
            return math.sqrt(farness) * KM_PER_DEGREE
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, farness)))

    @property
    def _holds_pole(self) -> bool:
        return abs(self.latitude) + math.degrees(self.km / EARTH_RADIUS_KM) >= 90


# Numbers that stand for those of any circle, in SQL that is kept.
BLANKS = {
    name: (position + 1) * 1e200
    for position, name in enumerate(Circle(0, 0, 1, is_flat=True).numbers)
}
NAMES = {number: name for name, number in BLANKS.items()}


def box(kind: str, numbers: dict[str, float]) -> Q:
    """Rows whose public point lies in the smallest box around a circle."""
    if not kind:
        return Q()
    inside = Q(public_latitude__range=(numbers["south"], numbers["north"]))
    if kind == "pole":
        return inside  # every meridian crosses the circle
    west, east = numbers["west"], numbers["east"]
    if kind == "date line":
        return inside & (Q(public_longitude__gte=west) | Q(public_longitude__lte=east))
    return inside & Q(public_longitude__range=(west, east))


def farness(numbers: dict[str, float], *, flat: bool) -> ExpressionWrapper:
    """An expression that grows with the distance; at a circle's edge it is its `limit`.

    `flat` is arithmetic alone (the square of the distance in degrees, with the cosine
    of the middle latitude to first order), which any database computes quickly; the
    other is the haversine.
    """
    rise = F("public_latitude") - numbers["latitude"]
    run = F("public_longitude") - numbers["longitude"]
    if flat:
        run = run * (numbers["cosine"] - numbers["bend"] * rise)
        return ExpressionWrapper(rise * rise + run * run, FloatField())
    half_rise, half_run = Sin(Radians(rise / 2.0)), Sin(Radians(run / 2.0))
    shrink = Value(numbers["cosine"]) * Cos(Radians("public_latitude"))
    expression = half_rise * half_rise + shrink * half_run * half_run
    return ExpressionWrapper(expression, FloatField())


def within(queryset, latitude: float, longitude: float, km: float) -> models.QuerySet:
    """Rows whose public point lies within `km` of a point, with their `farness`."""
    circle = Circle(latitude, longitude, km, is_flat(latitude, longitude, km))
    return _inside(queryset, circle.shape, circle.numbers)


def _inside(queryset, shape: Shape, numbers: dict[str, float]) -> models.QuerySet:
    rows = queryset.filter(box(shape.box, numbers), public_latitude__isnull=False)
    rows = rows.alias(farness=farness(numbers, flat=shape.is_flat))
    return rows.filter(farness__lte=numbers["limit"])


@dataclass(frozen=True)
class Nearest(Rows):
    """The rows of `queryset` within `km` of a point, nearest first; slice it.

    A page is looked for in small circles first: what lies outside of one is farther
    than everything inside, so a circle that fills the page gives the exact answer
    without measuring the rest. In a crowded neighbourhood it is as small as the page
    before needed. Ids are found from the index alone, in the same query as their rows.
    Rows come with their `farness`. All circles of one shape, around whatever point, are
    asked for by the same kept SQL.
    """

    latitude: float
    longitude: float
    km: float
    is_few: bool = False  # few enough that small circles would only cost queries
    steps: int = 2  # small circles that may be tried
    reaches: Kept = field(  # of pages, by neighbourhood
        default_factory=lambda: Kept(NEIGHBOURHOODS),
        compare=False,
        repr=False,
        kw_only=True,
    )

    def around(self, latitude: float, longitude: float, km: float) -> "Nearest":
        """The same search around another point."""
        place = {"latitude": latitude, "longitude": longitude, "km": km}
        return replace(self, **place, seen={})

    @property
    def everything(self) -> models.QuerySet:
        circle = self._circle(self.km)
        return _inside(self.queryset, circle.shape, circle.numbers)

    def few(self) -> "Nearest":
        return replace(self, is_few=True)

    def __getitem__(self, span: slice) -> list[models.Model]:
        return self._first(span)

    def following(self, place: list | None, count: int) -> list[models.Model]:
        """The next `count` rows after a place: the [farness, id] of a row."""
        if place is None:
            return self[0:count]
        farness, pk = float(place[0]), int(place[1])
        beyond = Q(farness__gt=farness) | Q(farness=farness, pk__lt=pk)
        return self._first(slice(0, count), beyond)

    def place_of(self, row: models.Model) -> list:
        return [row.farness, row.pk]

    def _counted(self, most: int) -> int:
        circle = self._circle(self.km)
        statement = self._question(("count", most), circle, self._ids_within, most)
        return statement.count(**circle.numbers)

    def _ids_within(self, shape: Shape, most: int) -> models.QuerySet:
        return _inside(self.queryset, shape, BLANKS).order_by().values("pk")[:most]

    def _first(self, span: slice, beyond: Q | None = None) -> list[models.Model]:
        """A span of the rows, from the smallest circle that has all of it."""
        rows: list[models.Model] = []
        known = self.reaches.get(self._page(span), dict) if beyond is None else {}
        for km in self._circles(known.get("km")):
            circle = self._circle(km)
            if beyond is None:
                place = (span.start, span.stop)
                statement = self._question(place, circle, self._found, span)
            else:
                found = self._found(circle.shape, span, beyond)
                statement = Statement(found, names=NAMES)
            rows = statement.rows(**circle.numbers)
            if len(rows) == span.stop - span.start:
                reach = circle.km_at(rows[-1].farness)
                known["km"] = max(SPARE * reach, LEAST_KM)
                break
        return rows

    def _page(self, span: slice) -> tuple[int, int, int]:
        """A page in a neighbourhood of some 5 km."""
        return int(self.latitude * 20), int(self.longitude * 10), span.stop

    def _question(
        self, name: Hashable, circle: Circle, build: Callable, *given
    ) -> Statement:
        return self._kept(
            (name, circle.shape),
            lambda: Statement(build(circle.shape, *given), names=NAMES),
        )

    def _found(
        self, shape: Shape, span: slice, beyond: Q | None = None
    ) -> models.QuerySet:
        near = _inside(self.queryset, shape, BLANKS).filter(beyond or Q())
        ids = near.order_by("farness", "-pk").values("pk")[span]
        rows = self.queryset.model._default_manager.for_display().filter(pk__in=ids)
        rows = rows.annotate(farness=farness(BLANKS, flat=shape.is_flat))
        return rows.order_by("farness", "-pk")

    def _circles(self, reach: float | None) -> Iterator[float]:
        """The whole at last, and before it smaller ones, each larger than the last."""
        tried = 0.0
        for km in () if self.is_few else self._small_circles(reach):
            if tried < km < self.km:
                yield km
                tried = km
        yield self.km

    def _small_circles(self, reach: float | None) -> tuple[float, ...]:
        second = WIDE_KM if self.km > FLAT_KM else self.km / 10
        small = (FIRST_KM, second)[: self.steps]
        return (reach, *small) if small and reach and reach < FIRST_KM else small

    def _circle(self, km: float) -> Circle:
        """All circles of a search are measured as its whole is, so that they agree."""
        flat = is_flat(self.latitude, self.longitude, self.km)
        return Circle(self.latitude, self.longitude, km, flat)
