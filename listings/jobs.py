"""Periodic maintenance of listings."""

from datetime import datetime

from jobs.maintenance import maintenance
from listings import notices
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW
from notifications.services import notify_of_ending


# `after`: people are warned before anything expires, not in the same run.
@maintenance("notify of ending listings")
def notify_of_ending_listings(at: datetime, *, dry_run: bool) -> int:
    """Warn sellers of listings that expire soon."""
    ending = Listing.objects.ending(at=at).select_related("seller")
    return notify_of_ending(
        ending, "listing_expiring", notices.ends_soon, at=at, dry_run=dry_run
    )


@maintenance("expire listings", after=("notify of ending listings",))
def expire_listings(at: datetime, *, dry_run: bool) -> int:
    """Archive listings that have expired."""
    due = Listing.objects.due(at=at)
    return due.count() if dry_run else LISTING_WORKFLOW.run_due("expire", due)
