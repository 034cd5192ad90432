from listings.models import Listing
from marketplace.core.filters import Choice, ItemFilter, Ordering, PriceRange, no_blanks


class ListingFilter(ItemFilter, PriceRange):
    default_status = Listing.Status.ACTIVE
    owner_field = "seller"

    condition = Choice(choices=Listing.Condition)
    ordering = Ordering(fields=["created_at", "price", "views_count"])


def known_statuses(words: str) -> list[str]:
    """The statuses among comma-separated words."""
    known = {*Listing.Status.values, "all"}
    return [word for word in no_blanks(words) if word in known]
