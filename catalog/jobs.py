"""Periodic maintenance across all types of items."""

from datetime import datetime

from catalog import picture_counts, vocabulary
from jobs.maintenance import maintenance


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
