"""Predicates (object, user) of listings."""

from accounts.models import User
from listings.models import Listing


def is_seller(listing: Listing, user: User | None) -> bool:
    """Return whether `user` posted the listing."""
    return user is not None and listing.seller_id == user.pk
