"""Points on the map: what the public may know of them, and search around them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.functions import Cos, Radians, Sin

EARTH_RADIUS_KM = 6371.0  # of the contract's haversine distance
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
STEPS_KM = (1.0, 12.0)  # circles in which a page is looked for first
WIDE_STEPS_KM = (2.0, 25.0)  # the same, in a search that is wide itself
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


def box(latitude: float, longitude: float, km: float) -> Q:
    """Rows whose public point lies in the smallest box around the circle."""
    reach = km / EARTH_RADIUS_KM  # radians
    rise = math.degrees(reach)
    south, north = latitude - rise, latitude + rise
    inside = Q(public_latitude__range=(south, north))
    if south <= -90 or north >= 90:
        return inside  # the circle holds a pole, so every meridian crosses it
    sine = math.sin(reach) / math.cos(math.radians(latitude))
    run = math.degrees(math.asin(min(1.0, sine)))
    west, east = longitude - run, longitude + run
    if west < -180:
        return inside & (
            Q(public_longitude__gte=west + 360) | Q(public_longitude__lte=east)
        )
    if east > 180:
        return inside & (
            Q(public_longitude__gte=west) | Q(public_longitude__lte=east - 360)
        )
    return inside & Q(public_longitude__range=(west, east))


def is_flat(latitude: float, longitude: float, km: float) -> bool:
    """Whether plain arithmetic is exact enough for a circle (see `farness`)."""
    return km <= FLAT_KM and abs(latitude) < 80 and abs(longitude) < 175


def farness(latitude: float, longitude: float, km: float, *, flat: bool) -> tuple:
    """An expression that grows with the distance, and its value at `km`.

    `flat` is arithmetic alone (the square of the distance in degrees, with the cosine
    of the middle latitude to first order), which any database computes quickly; the
    other is the haversine.
    """
    reach = math.degrees(km / EARTH_RADIUS_KM)
    if flat:
        cosine = math.cos(math.radians(latitude))
        bend = math.sin(math.radians(latitude)) * math.pi / 360
        rise = F("public_latitude") - latitude
        run = (F("public_longitude") - longitude) * (cosine - bend * rise)
        return ExpressionWrapper(rise * rise + run * run, FloatField()), reach**2
    half_rise = Sin(Radians((F("public_latitude") - latitude) / 2.0))
    half_run = Sin(Radians((F("public_longitude") - longitude) / 2.0))
    shrink = Value(math.cos(math.radians(latitude))) * Cos(Radians("public_latitude"))
    expression = half_rise * half_rise + shrink * half_run * half_run
    limit = math.sin(min(math.radians(reach) / 2, math.pi / 2)) ** 2
    return ExpressionWrapper(expression, FloatField()), limit


def within(
    queryset, latitude: float, longitude: float, km: float, *, flat: bool | None = None
) -> models.QuerySet:
    """Rows whose public point lies within `km` of a point, with their `farness`."""
    if flat is None:
        flat = is_flat(latitude, longitude, km)
    expression, limit = farness(latitude, longitude, km, flat=flat)
    rows = queryset.filter(public_latitude__isnull=False)
    if km < math.pi * EARTH_RADIUS_KM / 2:
        rows = rows.filter(box(latitude, longitude, km))
    return rows.alias(farness=expression).filter(farness__lte=limit)


@dataclass(frozen=True)
class Nearest:
    """The rows of `queryset` within `km` of a point, nearest first; slice it.

    A page is looked for in small circles first: what lies outside of one is farther
    than everything inside, so a circle that fills the page gives the exact answer
    without measuring the rest. Ids are found from the index alone, in the same query
    as their rows. Rows come with their `farness`.
    """

    queryset: models.QuerySet
    latitude: float
    longitude: float
    km: float
    is_few: bool = False  # few enough that small circles would only cost queries

    @property
    def everything(self) -> models.QuerySet:
        return self._within(self.km)

    def __getitem__(self, span: slice) -> list[models.Model]:
        return self._first(span)

    def following(self, place: list | None, count: int) -> list[models.Model]:
        """The next `count` rows after a place: the [farness, id] of a row."""
        if place is None:
            return self[0:count]
        farness, pk = float(place[0]), int(place[1])
        beyond = Q(farness__gt=farness) | Q(farness=farness, pk__lt=pk)
        return self._first(slice(0, count), beyond)

    def _first(self, span: slice, *conditions: Q) -> list[models.Model]:
        """A span of the rows, from the smallest circle that has all of it."""
        rows: list[models.Model] = []
        for km in self._circles():
            near = self._within(km).filter(*conditions).order_by("farness", "-pk")
            rows = list(self._rows(near.values("pk")[span]))
            if len(rows) == span.stop - span.start:
                break
        return rows

    def _circles(self) -> Iterator[float]:
        steps = WIDE_STEPS_KM if self.km > FLAT_KM else STEPS_KM
        if not self.is_few:
            yield from (step for step in steps if step < self.km)
        yield self.km

    def _rows(self, found: models.QuerySet) -> models.QuerySet:
        expression, _limit = farness(
            self.latitude, self.longitude, self.km, flat=self._is_flat
        )
        rows = self.queryset.model._default_manager.for_display()
        rows = rows.filter(pk__in=found).annotate(farness=expression)
        return rows.order_by("farness", "-pk")

    @property
    def _is_flat(self) -> bool:
        return is_flat(self.latitude, self.longitude, self.km)

    def _within(self, km: float) -> models.QuerySet:
        return within(
            self.queryset, self.latitude, self.longitude, km, flat=self._is_flat
        )
