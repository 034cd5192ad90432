"""Walk a large table in batches of ids, so that no statement holds a lock for long."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

BATCH_ROWS = 500


def id_batches(rows: QuerySet[Any], size: int = BATCH_ROWS) -> Iterator[list[Any]]:
    """Yield the primary keys of `rows` in order, `size` at a time.

    Each batch is a query of its own that begins behind the last key, so rows may be
    changed and deleted meanwhile.
    """
    rows = rows.order_by("pk")
    page = rows
    while batch := list(page.values_list("pk", flat=True)[:size]):
        yield batch
        page = rows.filter(pk__gt=batch[-1])
