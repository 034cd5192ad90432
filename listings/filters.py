"""Query parameters of the list of listings."""

from core.api.filters import ChoiceParam, OrderingParam
from items.filters import ItemFilter, PriceRange
from listings.models import Listing
from search.filters import split_words


class ListingFilter(ItemFilter, PriceRange):
    """Filters of listings."""

    default_status = Listing.Status.ACTIVE

    condition = ChoiceParam(choices=Listing.Condition)
    ordering = OrderingParam(fields=["created_at", "price", "views_count"])
    # Each view would write to an index, and the popular ones of the new are asked for.
    unindexed_orders = frozenset({"views_count"})


def known_statuses(words: str) -> list[str]:
    """Return the known statuses among comma-separated ones, and "all"."""
    known = {*Listing.Status.values, "all"}
    return [word for word in split_words(words) if word in known]
