"""Query parameters of the list of offerings."""

from core.api.filters import ChoiceParam, OrderingParam
from items.filters import ItemFilter, PriceRange
from offerings.models import Offering


class OfferingFilter(ItemFilter, PriceRange):
    """Filters of offerings."""

    default_status = Offering.Status.ACTIVE
    default_radius = 25.0

    price_type = ChoiceParam(choices=Offering.PriceType)
    ordering = OrderingParam(fields=["created_at", "price"])
