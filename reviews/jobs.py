"""Periodic maintenance of reviews."""

from datetime import datetime

from jobs.maintenance import maintenance, repair_rows
from reviews import services


@maintenance("repair ratings")
def repair_ratings(at: datetime, *, dry_run: bool) -> int:
    return repair_rows(services.misrated(), services.rate_person, dry_run=dry_run)
