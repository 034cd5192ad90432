from marketplace.core.filters import Choice, ItemFilter, Ordering, PriceRange
from offerings.models import Offering


class OfferingFilter(ItemFilter, PriceRange):
    default_status = Offering.Status.ACTIVE
    default_radius = 25.0

    price_type = Choice(choices=Offering.PriceType)
    ordering = Ordering(fields=["created_at", "price"])
