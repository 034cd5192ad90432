"""Periodic maintenance of uploads."""

from datetime import datetime

from jobs.maintenance import maintenance
from uploads import services


# An image whose `uses` is too low would be deleted: the counts are repaired first.
@maintenance("delete orphaned uploads", after=("repair picture counts",))
def delete_orphaned_uploads(at: datetime, *, dry_run: bool) -> int:
    """Delete unused uploads past their time limit; return how many."""
    return (
        services.orphans(at=at).count() if dry_run else services.delete_orphans(at=at)
    )
