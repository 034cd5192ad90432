from rest_framework import serializers

from core.api.fields import CategoryField, Input, MoneyField, TextField
from geo.serializers import LatitudeField, LongitudeField, PlaceSerializer
from items.serializers import ModerationSerializer
from tests.vehicles.workflow import VEHICLE_WORKFLOW, is_creator


class VehicleSerializer(PlaceSerializer, ModerationSerializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    price = serializers.FloatField()
    status = serializers.CharField()
    actions = serializers.SerializerMethodField()

    def is_party(self, row) -> bool:
        return is_creator(row, self.viewer)

    def get_actions(self, vehicle) -> list[str]:
        return VEHICLE_WORKFLOW.available_to(vehicle, self.viewer)


class VehicleInput(Input):
    title = TextField(max_length=200)
    description = TextField(max_length=5000)
    category = CategoryField(choices=["cars"])
    price = MoneyField()
    latitude = LatitudeField()
    longitude = LongitudeField()
