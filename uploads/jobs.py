"""Periodic maintenance of uploads."""

from datetime import datetime

from jobs.maintenance import maintenance
from uploads import services


# A picture whose count was wrong may look unused: the counts are repaired first.
@maintenance("delete orphaned uploads", after=("repair picture counts",))
def delete_orphaned_uploads(at: datetime, *, dry_run: bool) -> int:
    return services.orphans(at=at).count() if dry_run else services.sweep(at=at)
