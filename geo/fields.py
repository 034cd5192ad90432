"""The public point of a private one, as a model field."""

import math
from typing import Any

from django.conf import settings
from django.db import models

from geo.distance import KM_PER_DEGREE


def snap(latitude: float, longitude: float, grid_m: float) -> tuple[float, float]:
    """Return the centre of the grid cell of a point, of about `grid_m` metres a side.

    The same point always gives the same centre, so that reading an item again and
    again averages to nothing. A grid of 0 gives the point itself.
    """
    if not grid_m:
        return latitude, longitude
    height = grid_m / 1000 / KM_PER_DEGREE
    row_centre = _centre(latitude, height, 90)
    width = height / max(math.cos(math.radians(row_centre)), 1e-6)
    return row_centre, _centre(longitude, width, 180)


def _centre(value: float, cell: float, bound: float) -> float:
    centre = (math.floor(value / cell) + 0.5) * cell
    return round(max(-bound, min(bound, centre)), 6)


class SnappedField(models.FloatField):
    """One coordinate of the public point, written whenever the row is saved."""

    def __init__(self, *, axis: int = 0, **kwargs: Any):
        self.axis = axis
        kwargs |= {"editable": False, "null": True}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"axis": self.axis}

    def pre_save(self, model_instance: Any, add: bool) -> float | None:
        latitude, longitude = model_instance.latitude, model_instance.longitude
        value = None
        if latitude is not None and longitude is not None:
            grid_m = settings.PUBLIC_POINT_GRID_M
            value = snap(float(latitude), float(longitude), grid_m)[self.axis]
        setattr(model_instance, self.attname, value)
        return value
