"""Periodic maintenance of reviews."""

from datetime import datetime

from jobs.maintenance import maintenance, repair_rows
from reviews import services
from reviews.models import Review


@maintenance("show delayed reviews")
def show_delayed_reviews(at: datetime, *, dry_run: bool) -> int:
    """Show the reviews of accounts that have become old enough."""
    due = Review.objects.due_to_be_shown(at=at).order_by("pk")
    return repair_rows(
        due.values_list("pk", flat=True), services.show_delayed, dry_run=dry_run
    )


@maintenance("repair ratings", after=("show delayed reviews",))
def repair_ratings(at: datetime, *, dry_run: bool) -> int:
    """Repair people's average ratings and numbers of reviews."""
    return repair_rows(services.misrated(), services.rate_person, dry_run=dry_run)
