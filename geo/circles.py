"""Circles on the map, as conditions of a query."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db import models
from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.functions import Cos, Radians, Sin

from geo.distance import EARTH_RADIUS_KM, KM_PER_DEGREE

MAX_PLANAR_KM = 50.0  # up to here the arithmetic distance is exact to half a metre


def uses_planar_distance(latitude: float, longitude: float, km: float) -> bool:
    """Whether plain arithmetic is exact enough for a circle (see `distance_key`)."""
    return km <= MAX_PLANAR_KM and abs(latitude) < 80 and abs(longitude) < 175


class CircleKind(NamedTuple):
    """What the SQL of circles differs by, besides numbers."""

    uses_planar_distance: bool
    bounding_box: (
        str  # "plain", "date line" (which it crosses), "pole" (which it holds) or ""
    )


@dataclass(frozen=True)
class Circle:
    """All points within `km` of a point.

    `uses_planar_distance` says how distances are measured in it.
    """

    latitude: float
    longitude: float
    km: float
    uses_planar_distance: bool

    @cached_property
    def numbers(self) -> dict[str, float]:
        """Its bounding box, in degrees, and the numbers that `distance_key` needs."""
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
            "limit": rise**2 if self.uses_planar_distance else half**2,
        }
        if self._holds_pole:
            return numbers
        run = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(angle))))
        west, east = self.longitude - run, self.longitude + run
        west, east = west + 360 * (west < -180), east - 360 * (east > 180)
        return numbers | {"west": west, "east": east}

    @property
    def kind(self) -> CircleKind:
        if self.km >= math.pi * EARTH_RADIUS_KM / 2:
            return CircleKind(self.uses_planar_distance, "")
        if self._holds_pole:
            return CircleKind(self.uses_planar_distance, "pole")
        crosses = self.numbers["west"] > self.numbers["east"]
        return CircleKind(
            self.uses_planar_distance, "date line" if crosses else "plain"
        )

    def km_at(self, distance_key: float) -> float:
        """How far a point of that `distance_key` is."""
        if self.uses_planar_distance:
            return math.sqrt(distance_key) * KM_PER_DEGREE
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, distance_key)))

    @property
    def _holds_pole(self) -> bool:
        return abs(self.latitude) + math.degrees(self.km / EARTH_RADIUS_KM) >= 90


# Numbers that stand for those of any circle, in SQL that is kept.
PARAM_VALUES = {
    name: (position + 1) * 1e200
    for position, name in enumerate(Circle(0, 0, 1, uses_planar_distance=True).numbers)
}


PARAM_NAMES = {number: name for name, number in PARAM_VALUES.items()}


def bounding_box(kind: str, numbers: dict[str, float]) -> Q:
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


def distance_key(numbers: dict[str, float], *, flat: bool) -> ExpressionWrapper:
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
    """Rows with a public point within `km` of a point, with their `distance_key`."""
    circle = Circle(
        latitude, longitude, km, uses_planar_distance(latitude, longitude, km)
    )
    return _inside(queryset, circle.kind, circle.numbers)


def _inside(queryset, shape: CircleKind, numbers: dict[str, float]) -> models.QuerySet:
    rows = queryset.filter(
        bounding_box(shape.bounding_box, numbers), public_latitude__isnull=False
    )
    rows = rows.alias(
        distance_key=distance_key(numbers, flat=shape.uses_planar_distance)
    )
    return rows.filter(distance_key__lte=numbers["limit"])
