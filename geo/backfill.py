"""Derive the public location of existing rows again; migrations call it."""

from typing import Any

from geo.gazetteer import gazetteer
from geo.models import derive

BATCH_ROWS = 500


def derive_public_locations(model: Any) -> int:
    """Make private what `location` holds besides known places; return how many rows.

    `model` is one of a migration. The words go to `address`, if it is empty.
    Doing it again changes nothing.
    """
    count, last_id = 0, 0
    rows = model._base_manager.exclude(location="").order_by("pk")
    while batch := list(rows.filter(pk__gt=last_id)[:BATCH_ROWS]):
        last_id = batch[-1].pk
        changed = [row for row in batch if not gazetteer().is_public(row.location)]
        _write(model, changed)
        count += len(changed)
    return count


def _write(model: Any, rows: list[Any]) -> None:
    searched = model._meta.get_field("search_text")
    for row in rows:
        row.address = row.address or row.location
        row.location = derive(row.address, row.latitude, row.longitude)
        searched.pre_save(row, False)  # `bulk_update` does not call it
    model._base_manager.bulk_update(rows, ["location", "address", "search_text"])
