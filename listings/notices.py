"""Notifications of listings, written in the transaction of the event."""

from django.utils.timezone import localdate

from listings.models import Listing
from notifications.services import notify


def expired(listing: Listing) -> None:
    """Notify the seller that the listing was archived."""
    notify(listing.seller, "listing_expired", subject=listing, title=listing.title)


def ends_soon(listing: Listing) -> bool:
    """Notify the seller of the day the listing expires; False if done before."""
    on = localdate(listing.expires_at)
    row = notify(
        listing.seller,
        "listing_expiring",
        subject=listing,
        dedup_key=f"listing-expiring:{listing.pk}:{on:%Y-%m-%d}",
        title=listing.title,
        on=on.isoformat(),
    )
    return row is not None
