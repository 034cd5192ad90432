"""The listings of a person in their whole profile."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.profile_sections import Section
from listings.models import Listing
from listings.serializers import ListingSerializer


def listings_of(user: User) -> QuerySet[Listing]:
    """Return the listings of `user` in all statuses, the newest first."""
    return Listing.objects.for_display().owned_by(user).newest_first()


LISTINGS = Section(listings_of, ListingSerializer, "/api/listings/my")
