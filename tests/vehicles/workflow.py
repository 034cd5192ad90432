from core.workflow import Transition, Workflow
from items.moderation import moderation
from tests.vehicles.models import Vehicle


def is_creator(vehicle, user) -> bool:
    return user is not None and vehicle.creator_id == user.pk


VEHICLE_WORKFLOW = Workflow(
    Transition(
        name="sell",
        label="Mark the vehicle as sold",
        done="The vehicle is marked as sold.",
        source=(Vehicle.Status.ACTIVE,),
        target=Vehicle.Status.SOLD,
        allow=is_creator,
    ),
)
MODERATION = moderation()
