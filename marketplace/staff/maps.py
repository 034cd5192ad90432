"""A plain map: the cells of a figure as points, on lines of latitude and longitude."""

import math
from datetime import date
from typing import Any

from django.utils.formats import number_format

from figures.counting import CELLS_PER_DEGREE, cell_corner
from figures.figure import Figure
from marketplace.staff.numbers import formatted, rows_url

WIDTH = 640  # in the unit of the drawing
CELL = 1 / CELLS_PER_DEGREE
MARGIN = 0.3  # degrees around the outermost points
MAX_RADIUS, MIN_RADIUS = 26, 4


def draw(
    figure: Figure, sums: dict[tuple[str, str], int], first: date, last: date
) -> dict[str, Any] | None:
    """Return points and lines of a map; None without places.

    A point has `x`, `y`, `r`, a title and the address of its rows. East is right and
    north is up; a degree of longitude is as long as in the middle of the map.
    """
    cells = [(cell_corner(place), n) for (_c, place), n in sums.items() if place]
    if not cells or figure.place is None:
        return None
    south = min(corner[0] for corner, _n in cells) - MARGIN
    north = max(corner[0] for corner, _n in cells) + CELL + MARGIN
    west = min(corner[1] for corner, _n in cells) - MARGIN
    east = max(corner[1] for corner, _n in cells) + CELL + MARGIN
    per_degree = WIDTH / (east - west)
    stretch = 1 / max(math.cos(math.radians((south + north) / 2)), 0.1)
    height = (north - south) * per_degree * stretch
    largest = max(n for _corner, n in cells)

    def x_of(longitude: float) -> float:
        return round((longitude - west) * per_degree, 1)

    def y_of(latitude: float) -> float:
        return round((north - latitude) * per_degree * stretch, 1)

    return {
        "width": WIDTH,
        "height": round(height),
        "points": [
            {
                "x": x_of(corner[1] + CELL / 2),
                "y": y_of(corner[0] + CELL / 2),
                "r": round(max(MAX_RADIUS * math.sqrt(n / largest), MIN_RADIUS), 1),
                "title": f"{_degrees(corner)}: {formatted(figure, n)}",
                "url": _rows_url(figure, corner, first, last),
            }
            for corner, n in cells
        ],
        "parallels": [
            {"at": y_of(n), "label": f"{n}°"}
            for n in range(math.ceil(south), math.floor(north) + 1)
        ],
        "meridians": [
            {"at": x_of(n), "label": f"{n}°"}
            for n in range(math.ceil(west), math.floor(east) + 1)
        ],
    }


def _degrees(corner: tuple[float, float]) -> str:
    latitude, longitude = (number_format(n + CELL / 2, 1) for n in corner)
    return f"{latitude}° / {longitude}°"


def _rows_url(
    figure: Figure, corner: tuple[float, float], first: date, last: date
) -> str:
    latitude, longitude = corner
    path = figure.place
    within: dict[str, Any] = {
        f"{path}public_latitude__gte": latitude,
        f"{path}public_latitude__lt": round(latitude + CELL, 1),
        f"{path}public_longitude__gte": longitude,
        f"{path}public_longitude__lt": round(longitude + CELL, 1),
    }
    return rows_url(figure, first, last, **within)
