"""Circles on the map, as conditions of a query."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from django.db import models
from django.db.models import ExpressionWrapper, F, FloatField, Q, Value
from django.db.models.functions import Cos, Radians, Sin

from geo.distance import EARTH_RADIUS_KM, KM_PER_DEGREE

MAX_PLANAR_KM = 50.0  # up to here the planar distance is exact to half a metre
MAX_PLANAR_LATITUDE = 80
MAX_PLANAR_LONGITUDE = 175  # no planar circle crosses the date line

# The numbers that a query of a circle holds, each a float or an expression: its centre,
# its bounding box in degrees, and what `distance_key` computes with.
PARAM_NAMES = (
    *("latitude", "longitude", "south", "north", "west", "east"),
    *("cosine", "cosine_slope", "max_distance_key"),
)
Numbers = Mapping[str, float | Value]


class BoundingBox(StrEnum):
    """The kinds of the smallest box around a circle: each is another condition."""

    PLAIN = "plain"
    DATE_LINE = "date line"  # crosses it: west is greater than east
    POLE = "pole"  # holds it: any longitude
    NONE = "none"  # half the Earth or more: any point


class CircleKind(NamedTuple):
    """What decides the SQL of a circle, besides its numbers."""

    is_planar: bool
    bounding_box: BoundingBox


def uses_planar_distance(latitude: float, longitude: float, km: float) -> bool:
    """Return whether plain arithmetic is exact enough (see `distance_key`)."""
    return (
        km <= MAX_PLANAR_KM
        and abs(latitude) < MAX_PLANAR_LATITUDE
        and abs(longitude) < MAX_PLANAR_LONGITUDE
    )


@dataclass(frozen=True)
class Circle:
    """All points within `km` of a point in degrees.

    `is_planar` says how distances in it are computed.
    """

    latitude: float
    longitude: float
    km: float
    is_planar: bool

    @cached_property
    def numbers(self) -> dict[str, float]:
        """Return the value of each of `PARAM_NAMES`."""
        radius = self.km / EARTH_RADIUS_KM  # in radians
        height = math.degrees(radius)
        angle = math.radians(self.latitude)
        half_chord = math.sin(min(radius / 2, math.pi / 2))
        west, east = self._west_east(radius, angle)
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "south": self.latitude - height,
            "north": self.latitude + height,
            "west": west,
            "east": east,
            "cosine": math.cos(angle),
            "cosine_slope": math.sin(angle) * math.pi / 360,
            "max_distance_key": height**2 if self.is_planar else half_chord**2,
        }

    @property
    def kind(self) -> CircleKind:
        """Return the kind: circles of one kind are searched by the same SQL."""
        if self.km >= math.pi * EARTH_RADIUS_KM / 2:
            return CircleKind(self.is_planar, BoundingBox.NONE)
        if self._holds_pole:
            return CircleKind(self.is_planar, BoundingBox.POLE)
        crosses = self.numbers["west"] > self.numbers["east"]
        box = BoundingBox.DATE_LINE if crosses else BoundingBox.PLAIN
        return CircleKind(self.is_planar, box)

    def km_at(self, distance_key: float) -> float:
        """Return the distance of a point with that `distance_key`, in km."""
        if self.is_planar:
            return math.sqrt(distance_key) * KM_PER_DEGREE
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, distance_key)))

    def _west_east(self, radius: float, angle: float) -> tuple[float, float]:
        if self._holds_pole:
            return -180.0, 180.0
        # Rounding can take the sine of a circle that touches a pole above 1.
        width = math.degrees(math.asin(min(1.0, math.sin(radius) / math.cos(angle))))
        west, east = self.longitude - width, self.longitude + width
        return west + 360 * (west < -180), east - 360 * (east > 180)

    @property
    def _holds_pole(self) -> bool:
        return abs(self.latitude) + math.degrees(self.km / EARTH_RADIUS_KM) >= 90


def bounding_box(box: BoundingBox, numbers: Numbers) -> Q:
    """Return a condition for rows in the smallest box around a circle.

    The index on the public point finds them; the distance is computed of them alone.
    """
    if box is BoundingBox.NONE:
        return Q()
    inside = Q(public_latitude__range=(numbers["south"], numbers["north"]))
    if box is BoundingBox.POLE:
        return inside  # every meridian crosses the circle
    west, east = numbers["west"], numbers["east"]
    if box is BoundingBox.DATE_LINE:
        return inside & (Q(public_longitude__gte=west) | Q(public_longitude__lte=east))
    return inside & Q(public_longitude__range=(west, east))


def distance_key(numbers: Numbers, *, is_planar: bool) -> ExpressionWrapper:
    """Return an expression that grows with the distance, without root and arc sine.

    The planar one is the square of the distance in degrees, with the cosine of the
    middle latitude to first order: arithmetic that any database does quickly. The
    other is the haversine.
    """
    north = F("public_latitude") - numbers["latitude"]
    east = F("public_longitude") - numbers["longitude"]
    if is_planar:
        east = east * (numbers["cosine"] - numbers["cosine_slope"] * north)
        return ExpressionWrapper(north * north + east * east, FloatField())
    half_north, half_east = Sin(Radians(north / 2.0)), Sin(Radians(east / 2.0))
    shrink = numbers["cosine"] * Cos(Radians("public_latitude"))
    haversine = half_north * half_north + shrink * half_east * half_east
    return ExpressionWrapper(haversine, FloatField())


def within(
    queryset: models.QuerySet, latitude: float, longitude: float, km: float
) -> models.QuerySet:
    """Return rows with a public point within `km`, with their `distance_key`."""
    is_planar = uses_planar_distance(latitude, longitude, km)
    circle = Circle(latitude, longitude, km, is_planar)
    return inside(queryset, circle.kind, circle.numbers)


def inside(
    queryset: models.QuerySet, kind: CircleKind, numbers: Numbers
) -> models.QuerySet:
    """Return rows with a public point in a circle of that kind and those numbers."""
    rows = queryset.filter(
        bounding_box(kind.bounding_box, numbers), public_latitude__isnull=False
    )
    rows = rows.alias(distance_key=distance_key(numbers, is_planar=kind.is_planar))
    return rows.filter(distance_key__lte=numbers["max_distance_key"])
