"""Periodic maintenance of reviews."""

from datetime import datetime

from jobs.maintenance import maintenance, repair_rows
from reviews import services


@maintenance("repair ratings")
def repair_ratings(at: datetime, *, dry_run: bool) -> int:
    """Repair people's average ratings and numbers of reviews."""
    return repair_rows(services.misrated(), services.rate_person, dry_run=dry_run)
