"""What sellers hear of their listings. Called in the transaction of the event."""

from django.utils.timezone import localdate

from listings.models import Listing
from notifications.services import notify


def expired(listing: Listing) -> None:
    notify(listing.seller, "listing_expired", subject=listing, title=listing.title)


def ends_soon(listing: Listing) -> bool:
    """Tell the seller, once for each end, when the listing will be archived."""
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
