"""Serializers of offerings."""

from rest_framework import serializers

from core.api.fields import (
    Input,
    MoneyField,
    OptionalTextField,
    SlugField,
    StrictChoiceField,
    StrictNumberField,
    TextField,
    WordListField,
)
from geo.serializers import (
    LatitudeField,
    LongitudeField,
    PlaceSerializer,
    require_whole_point,
)
from items.serializers import ModerationSerializer
from offerings.models import Offering
from offerings.permissions import is_creator
from offerings.workflow import OFFERING_WORKFLOW


class OfferingSerializer(PlaceSerializer, ModerationSerializer):
    id = serializers.IntegerField()
    creator_id = serializers.IntegerField()
    creator_name = serializers.CharField(source="creator.display_name")
    creator_avatar = serializers.SerializerMethodField()
    creator_rating = serializers.SerializerMethodField()
    creator_review_count = serializers.IntegerField(source="creator.reviews_count")
    creator_completed_tasks = serializers.IntegerField(source="creator.tasks_completed")
    title = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    price = serializers.FloatField(allow_null=True)
    price_type = serializers.CharField()
    currency = serializers.CharField()
    availability = serializers.CharField(allow_blank=True)
    experience = serializers.CharField(allow_blank=True)
    service_radius = serializers.FloatField(help_text="In km")
    images = serializers.CharField(allow_blank=True)
    contact_count = serializers.IntegerField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    actions = serializers.SerializerMethodField()

    def is_party(self, row) -> bool:
        return is_creator(row, self.viewer)

    def get_creator_avatar(self, offering) -> str | None:
        return self.absolute(offering.creator.picture)

    def get_creator_rating(self, offering) -> float:
        return offering.creator.shown_rating or 0.0

    def get_actions(self, offering) -> list[str]:
        return OFFERING_WORKFLOW.available_to(offering, self.viewer)


class OfferingInput(Input):
    title = TextField(max_length=200)
    description = TextField(max_length=5000)
    category = SlugField()
    location = OptionalTextField(max_length=255)
    address = OptionalTextField(max_length=255)
    latitude = LatitudeField()
    longitude = LongitudeField()
    price = MoneyField(required=False, allow_null=True)
    price_type = StrictChoiceField(choices=Offering.PriceType, required=False)
    availability = OptionalTextField(max_length=500)
    experience = OptionalTextField(max_length=2000)
    service_radius = StrictNumberField(
        required=False, min_value=0, max_value=1000, help_text="In km"
    )
    images = WordListField(required=False)

    def validate(self, attrs: dict) -> dict:
        return require_whole_point(attrs)


class ContactInput(Input):
    message = OptionalTextField(max_length=5000)
