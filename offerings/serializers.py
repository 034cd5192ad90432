from rest_framework import serializers

from marketplace.core.serializers import (
    BlankableText,
    Choice,
    Input,
    Latitude,
    Longitude,
    ModeratedOutput,
    Money,
    Number,
    PlacedOutput,
    Slug,
    Text,
    Words,
    with_whole_point,
)
from offerings.models import Offering
from offerings.permissions import is_creator
from offerings.workflow import OFFERING_WORKFLOW


class OfferingSerializer(PlacedOutput, ModeratedOutput):
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

    def is_concerned(self, row) -> bool:
        return is_creator(row, self.viewer)

    def get_creator_avatar(self, offering) -> str | None:
        return self.absolute(offering.creator.picture)

    def get_creator_rating(self, offering) -> float:
        return offering.creator.shown_rating or 0.0

    def get_actions(self, offering) -> list[str]:
        return OFFERING_WORKFLOW.available_to(offering, self.viewer)


class OfferingInput(Input):
    title = Text(max_length=200)
    description = Text(max_length=5000)
    category = Slug()
    location = BlankableText(max_length=255)
    address = BlankableText(max_length=255)
    latitude = Latitude()
    longitude = Longitude()
    price = Money(required=False, allow_null=True)
    price_type = Choice(choices=Offering.PriceType, required=False)
    availability = BlankableText(max_length=500)
    experience = BlankableText(max_length=2000)
    service_radius = Number(
        required=False, min_value=0, max_value=1000, help_text="In km"
    )
    images = Words(required=False)

    def validate(self, attrs: dict) -> dict:
        return with_whole_point(attrs)


class ContactInput(Input):
    message = BlankableText(max_length=5000)
