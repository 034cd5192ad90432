from django.db import transaction

from items import services as items
from tests.vehicles.models import Vehicle


@transaction.atomic
def edit(vehicle: Vehicle, *, actor, **changes) -> Vehicle:
    return items.edit(items.lock_owned(vehicle, actor=actor), changes=changes)
