import django_filters as filters

from marketplace.core.filters import ItemFilter, Ordering, PriceRange
from offerings.models import Offering


class OfferingFilter(ItemFilter, PriceRange):
    default_status = Offering.Status.ACTIVE
    default_radius = 25.0

    price_type = filters.ChoiceFilter(choices=Offering.PriceType)
    ordering = Ordering(fields=["created_at", "price"])
