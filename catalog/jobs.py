"""Periodic maintenance across all types of items."""

from datetime import datetime

from catalog import picture_counts, vocabulary
from jobs.maintenance import maintenance


@maintenance("repair picture counts")
def repair_picture_counts(at: datetime, *, dry_run: bool) -> int:
    return len(picture_counts.miscounted()) if dry_run else picture_counts.recount()


# Only what is still shown teaches words: what has ended is taken off first.
@maintenance("rebuild vocabulary", after=("expire listings", "expire tasks"))
def rebuild_vocabulary(at: datetime, *, dry_run: bool) -> int:
    return vocabulary.learn(dry_run=dry_run)
