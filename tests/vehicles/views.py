from core.api.transitions import with_transitions
from items.viewsets import ContentViewSet
from tests.vehicles import services
from tests.vehicles.filters import VehicleFilter
from tests.vehicles.models import Vehicle
from tests.vehicles.serializers import VehicleInput, VehicleSerializer
from tests.vehicles.workflow import VEHICLE_WORKFLOW


@with_transitions(VEHICLE_WORKFLOW)
class VehicleViewSet(ContentViewSet):
    queryset = Vehicle.objects.for_display().newest_first()
    serializer_class = VehicleSerializer
    filterset_class = VehicleFilter
    list_key = "vehicles"
    object_key = "vehicle"
    input_serializers = {"create": VehicleInput, "update": VehicleInput}
    edit = staticmethod(services.edit)
    created_message = "The vehicle is published."
    updated_message = "The vehicle is saved."
