from core.api.filters import OrderingParam
from items.filters import ItemFilter, PriceRange
from tests.vehicles.models import Vehicle


class VehicleFilter(ItemFilter, PriceRange):
    default_status = Vehicle.Status.ACTIVE

    ordering = OrderingParam(fields=["created_at", "price"])
