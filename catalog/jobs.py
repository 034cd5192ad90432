"""Periodic jobs across all types of items."""

from datetime import datetime

from catalog import picture_counts, stored_cells, vocabulary
from jobs.maintenance import maintenance
from jobs.registry import every, job


@every(seconds=30)  # half of `stored_cells.MAX_AGE`
# Not atomic: it reads all items, and each type commits a transaction of its own.
@job(max_attempts=2, timeout_s=30, atomic=False)
def count_map_cells() -> None:
    """Count the items by cell of the map."""
    stored_cells.refresh()


@maintenance("repair picture counts")
def repair_picture_counts(at: datetime, *, dry_run: bool) -> int:
    """Repair the counts of uses of uploads."""
    if dry_run:
        return len(picture_counts.miscounted())
    return picture_counts.repair()


# `after`: only public texts count, so items that end in the same run are left out.
@maintenance("rebuild vocabulary", after=("expire listings", "expire tasks"))
def rebuild_vocabulary(at: datetime, *, dry_run: bool) -> int:
    """Rebuild the vocabulary of the typo correction."""
    return vocabulary.rebuild(dry_run=dry_run)
