"""Cells of the map that a job counts, for wide views without filters."""

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from catalog.cells import (
    CellRange,
    Sums,
    counted_points,
    filtered_rows,
)
from catalog.item_types import ITEM_TYPES, ItemType
from catalog.models import MapCell, MapSnapshot
from core.db.locks import locked

MIN_STORED_ITEMS = 10_000  # of a type: fewer are counted by each view
MAX_LEVEL = 14  # cells of 0.0055 degrees, 600 m from south to north
MAX_CELLS = 20_000  # of a type and level: with more, the last levels are left out
# As long as the map caches what it has counted itself: an item that is hidden or
# removed can be located so long at most. Twice the period of the job, so that a count
# is replaced before it is too old.
MAX_AGE = timedelta(seconds=60)
BATCH_ROWS = 1_000
VALUES = ("count", "latitudes", "longitudes")


def stored_sums(item_type: ItemType, rows: QuerySet, cells: CellRange) -> Sums:
    """Return the sums of `rows` in `cells`; empty if none are stored for these rows.

    They are not cached again: that would add to their age.
    """
    if cells.level > MAX_LEVEL:
        return Sums()
    found = MapCell.objects.filter(
        cells.condition,
        snapshot=item_type.name,
        snapshot__digest=_digest(rows),
        # Without a worker the cells grow old: the view counts again.
        snapshot__counted_at__gt=Now() - MAX_AGE,
        # Not of a clock that has been set back since.
        snapshot__counted_at__lte=Now(),
    )
    return Sums(
        ((row, column), values)
        for row, column, *values in found.values_list("row", "column", *VALUES)
    )


def refresh() -> int:
    """Count the items of each type by cell; return how many cells have changed.

    Types with few items have no cells.
    """
    return sum(_refresh(item_type) for item_type in ITEM_TYPES.values())


def _refresh(item_type: ItemType) -> int:
    rows = filtered_rows(item_type, {}, AnonymousUser())
    MapSnapshot.objects.get_or_create(pk=item_type.name)
    snapshots = MapSnapshot.objects.filter(pk=item_type.name)
    # Before the items are read, so that what is counted is no older than it says.
    at = snapshots.values_list(Now(), flat=True).get()
    if rows.order_by()[: MIN_STORED_ITEMS + 1].count() > MIN_STORED_ITEMS:
        level, sums = _count(rows.filter(public_latitude__isnull=False))
    elif MapCell.objects.filter(snapshot__in=snapshots).exists():
        level, sums = 0, Sums()
    else:
        return 0
    return _save(item_type.name, _digest(rows), at, level, sums)


def _count(rows: QuerySet) -> tuple[int, Sums]:
    """Return the sums of `rows` at the last level that has at most `MAX_CELLS`.

    One pass over the points, of which a batch and the cells are in memory.
    """
    points = counted_points(rows).iterator(chunk_size=BATCH_ROWS)
    level, sums = MAX_LEVEL, Sums()
    while batch := list(islice(points, BATCH_ROWS)):
        sums.add_points(batch, level)
        while len(sums) > MAX_CELLS and level:
            level, sums = level - 1, sums.of_level_before()
    return level, sums


# Readers see the cells of before until the commit, and wait for no lock.
@transaction.atomic
def _save(name: str, digest: str, at: datetime, level: int, sums: Sums) -> int:
    # Another worker may still count the period before. Without the lock, the two would
    # mix their cells; without the comparison, the older count could come last.
    snapshot = locked(MapSnapshot.objects).get(pk=name)
    # One that is far ahead comes from a clock that has been set back since.
    if snapshot.counted_at and at <= snapshot.counted_at < at + MAX_AGE:
        return 0
    too_fine = MapCell.objects.filter(snapshot=snapshot, level__gt=level)
    changed, _by_model = too_fine.delete()
    changed += _save_level(snapshot, level, sums)
    for before in range(level - 1, -1, -1):
        sums = sums.of_level_before()
        changed += _save_level(snapshot, before, sums)
    snapshot.digest, snapshot.counted_at = digest, at
    snapshot.save()
    return changed


def _save_level(snapshot: MapSnapshot, level: int, sums: Sums) -> int:
    """Make the cells of a level those of `sums`; return how many have changed.

    Most stay as they are from one count to the next, and are not written.
    """
    cells = MapCell.objects.filter(snapshot=snapshot, level=level)
    gone, same = [], set()
    for pk, row, column, *values in cells.values_list("pk", "row", "column", *VALUES):
        if (row, column) not in sums:
            gone.append(pk)
        elif sums[row, column] == values:
            same.add((row, column))
    changed = [
        MapCell(
            snapshot=snapshot,
            level=level,
            row=row,
            column=column,
            **dict(zip(VALUES, values, strict=True)),
        )
        for (row, column), values in sums.items()
        if (row, column) not in same
    ]
    for start in range(0, len(gone), BATCH_ROWS):
        cells.filter(pk__in=gone[start : start + BATCH_ROWS]).delete()
    MapCell.objects.bulk_create(
        changed,
        BATCH_ROWS,
        update_conflicts=True,
        unique_fields=["snapshot", "level", "row", "column"],
        update_fields=VALUES,
    )
    return len(gone) + len(changed)


def _digest(rows: QuerySet) -> str:
    """Return a digest of the SQL, which names all that decides which rows there are."""
    query = rows.order_by().values("pk").query
    return sha256(repr(query.sql_with_params()).encode()).hexdigest()
