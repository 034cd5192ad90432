import django_filters as filters

from listings.models import Listing
from marketplace.core.filters import ItemFilter, Ordering, PriceRange


class ListingFilter(ItemFilter, PriceRange):
    default_status = Listing.Status.ACTIVE
    owner_field = "seller"

    condition = filters.ChoiceFilter(choices=Listing.Condition)
    ordering = Ordering(fields=["created_at", "price", "views_count"])
