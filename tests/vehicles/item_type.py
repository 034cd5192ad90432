"""The one row."""

from items.types import ItemType
from tests.vehicles.views import VehicleViewSet
from tests.vehicles.workflow import MODERATION, VEHICLE_WORKFLOW

VEHICLES = ItemType(
    name="vehicle",
    plural="vehicles",
    label="Vehicles",
    viewset=VehicleViewSet,
    categories={"cars": ("Auto", "Автомобили", "Cars")},
    final_status="sold",
    moderation=MODERATION,
    workflows={"A vehicle": VEHICLE_WORKFLOW},
    icon="directions_car",
)
