"""Boxes of the map, the cells that cover them, and items counted by cell.

A cell of one level consists of four of the next, so that counts of a level can be added
up for all before it.
"""

from collections.abc import Iterable, Mapping
from math import ceil, floor
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from catalog.item_types import ItemType
from core.api.lists import filtered_results
from geo.circles import BoundingBox, bounding_box

CELL_PX = 64  # the side of a cell on a map of 256 px tiles, whose zoom is the level
MICRO = 1_000_000  # coordinates are added up as integers, so in any order

Cell = tuple[int, int]  # row from the equator, column from the meridian of Greenwich


class Box(NamedTuple):
    """A box in degrees; one whose west lies beyond its east crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    @property
    def crosses(self) -> bool:
        """Whether the box crosses the date line."""
        return self.west > self.east

    @property
    def condition(self) -> Q:
        """Return the condition for rows with a public point in the box."""
        kind = BoundingBox.DATE_LINE if self.crosses else BoundingBox.PLAIN
        return bounding_box(kind, self._asdict())

    @property
    def width(self) -> float:
        """Return the degrees from west to east."""
        return self.east - self.west + (360 if self.crosses else 0)

    def cells(self, level: int) -> "CellRange":
        """Return the fewest whole cells of a level that cover the box."""
        side, half = cell_degrees(level), 2**level  # half: the cells of a hemisphere
        south = min(floor(self.south / side), half - 1)
        north = max(south, min(ceil(self.north / side), half) - 1)
        west = min(floor(self.west / side), 2 * half - 1)
        east = max(-2 * half, ceil(self.east / side) - 1)
        if not self.crosses:
            east = max(west, east)
        elif west <= east + 1:  # the cells meet on the other side
            west, east = -2 * half, 2 * half - 1
        return CellRange(level, west, south, east, north)


class CellRange(NamedTuple):
    """Cells of one level from one to another, both included, as a `Box` of degrees."""

    level: int
    west: int
    south: int
    east: int
    north: int

    @property
    def crosses(self) -> bool:
        """Whether the cells are those on both sides of the date line."""
        return self.west > self.east

    @property
    def box(self) -> Box:
        """Return the box of the cells."""
        side = cell_degrees(self.level)
        west, south = self.west * side, self.south * side
        return Box(west, south, (self.east + 1) * side, (self.north + 1) * side)

    @property
    def condition(self) -> Q:
        """Return the condition for stored cells (`row`, `column`) of the range."""
        rows = Q(level=self.level, row__range=(self.south, self.north))
        if self.crosses:
            return rows & (Q(column__gte=self.west) | Q(column__lte=self.east))
        return rows & Q(column__range=(self.west, self.east))

    def has(self, cell: Cell) -> bool:
        """Return whether `cell` is one of them."""
        row, column = cell
        if not self.south <= row <= self.north:
            return False
        if self.crosses:
            return column >= self.west or column <= self.east
        return self.west <= column <= self.east


class Sums(dict[Cell, list[int]]):
    """Of each cell the number of rows, and the sums of their latitudes and longitudes.

    The sums are in millionths of a degree.
    """

    def __missing__(self, cell: Cell) -> list[int]:
        return self.setdefault(cell, [0, 0, 0])

    def add_points(
        self, points: Iterable[tuple[float, float, int]], level: int
    ) -> None:
        """Add `counted_points` to the cells of `level`."""
        side, half = cell_degrees(level), 2**level
        for latitude, longitude, count in points:
            # The poles and the meridian of 180 degrees belong to the last cells.
            row = min(floor(latitude / side), half - 1)
            column = min(floor(longitude / side), 2 * half - 1)
            sums = self[row, column]
            sums[0] += count
            sums[1] += round(latitude * MICRO) * count
            sums[2] += round(longitude * MICRO) * count

    def of_level_before(self) -> "Sums":
        """Return the sums of cells of twice the side."""
        before = Sums()
        for (row, column), (count, latitudes, longitudes) in self.items():
            sums = before[row // 2, column // 2]  # rounds down, as `floor` does
            sums[0] += count
            sums[1] += latitudes
            sums[2] += longitudes
        return before


def cell_degrees(level: int) -> float:
    """Return the side of a cell in degrees."""
    return 360 / 2**level * CELL_PX / 256


def level_for(zoom: int, box: Box, max_cells: int) -> int:
    """Return the level of `zoom`, or one before it with at most `max_cells` in `box`.

    Raises `ValueError` if not even cells of the first level are so few.
    """
    for level in range(zoom, -1, -1):
        side = cell_degrees(level)
        rows, columns = ceil((box.north - box.south) / side), ceil(box.width / side)
        if (rows + 2) * (columns + 2) <= max_cells:
            return level
    raise ValueError(f"The Earth has more than {max_cells} cells.")


def filtered_rows(
    item_type: ItemType, query: Mapping[str, str], reader: User | AnonymousUser
) -> QuerySet:
    """Return the rows of all pages of the type's own list, for the same filters.

    Raises `ValidationError` (400) for parameters that are invalid.
    """
    visible = item_type.rows.visible()
    return filtered_results(visible, item_type.filterset, query, reader).everything


def counted_points(rows: QuerySet) -> QuerySet:
    """Return each public point (latitude, longitude) with its number of rows.

    Public points lie on a grid, so that they are far fewer than the rows. Without
    `order_by()`, the order of the list would be added to the GROUP BY.
    """
    point = ("public_latitude", "public_longitude")
    counted = rows.order_by().values(*point).annotate(count=Count("pk"))
    return counted.values_list(*point, "count")
