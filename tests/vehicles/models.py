from django.conf import settings
from django.db import models

from items.models import Item, item_indexes
from tests.vehicles.querysets import VehicleQuerySet


class Vehicle(Item):
    class Status(models.TextChoices):
        ACTIVE = "active"
        SOLD = "sold"

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vehicles"
    )
    price = models.DecimalField(max_digits=10, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)

    objects = VehicleQuerySet.as_manager()

    class Meta(Item.Meta):
        app_label = "vehicles"
        indexes = item_indexes("vehicle", owner="creator", price="price")
