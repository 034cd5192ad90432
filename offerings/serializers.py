"""Serializers of offerings."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import seller_type_field
from accounts.traders.serializers import TraderSerializer
from categories.fields import (
    AttributesField,
    AttributesOutput,
    CategoryOutput,
    ItemCategoryField,
)
from core.api.fields import (
    Input,
    MoneyField,
    MultiLineField,
    OptionalMultiLineField,
    OptionalTextField,
    StrictChoiceField,
    StrictNumberField,
    TextField,
)
from core.api.list_fields import WordListField
from core.api.output import fields_of
from geo.serializers import (
    LatitudeField,
    LongitudeField,
    PlaceSerializer,
    PublicLocationField,
    require_whole_point,
)
from items.serializers import (
    LabelledSerializer,
    ModerationSerializer,
    ReducedMixin,
    actions_field,
    api_actions,
)
from offerings import examples
from offerings.models import Offering
from offerings.permissions import is_creator
from offerings.workflow import OFFERING_WORKFLOW

ACTIONS = api_actions(OFFERING_WORKFLOW)
STATUSES = tuple(s for s in Offering.Status.values if s != Offering.Status.DELETED)


class OfferingSerializer(ReducedMixin, PlaceSerializer, ModerationSerializer):
    """A service that a person offers."""

    full_statuses = Offering.objects.all().public_statuses
    # The public point stays: clients take it for a number.
    reduced = {
        **dict.fromkeys(("description", "availability", "experience", "images"), ""),
        "attributes": {},
    }

    example = examples.OFFERING
    id = serializers.IntegerField()
    creator_id = serializers.IntegerField()
    creator_name = serializers.CharField(source="creator.public_name")
    creator_avatar = serializers.SerializerMethodField()
    creator_rating = serializers.SerializerMethodField()
    creator_review_count = serializers.IntegerField(source="creator.reviews_count")
    creator_completed_tasks = serializers.IntegerField(source="creator.tasks_completed")
    seller_type = seller_type_field(source="creator.shown_seller_type")
    title = serializers.CharField()
    description = serializers.CharField()
    category = CategoryOutput()
    attributes = AttributesOutput()
    price = serializers.FloatField(allow_null=True)
    price_type = serializers.ChoiceField(choices=Offering.PriceType.choices)
    currency = serializers.CharField()
    availability = serializers.CharField(allow_blank=True)
    experience = serializers.CharField(allow_blank=True)
    service_radius = serializers.FloatField(help_text="In km")
    images = serializers.CharField(allow_blank=True)
    contact_count = serializers.IntegerField()
    status = serializers.ChoiceField(choices=STATUSES)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    actions = serializers.SerializerMethodField()

    def is_party(self, row: Offering) -> bool:
        """Return whether the viewer is the creator, who sees the exact place."""
        return is_creator(row, self.viewer)

    sees_all = is_party

    def get_creator_avatar(self, offering: Offering) -> str | None:
        """The full URL of the picture; null without one."""
        return self.absolute(offering.creator.public_picture)

    def get_creator_rating(self, offering: Offering) -> float:
        """The mean rating, one decimal; 0 without reviews."""
        return offering.creator.shown_rating or 0.0

    @extend_schema_field(actions_field(ACTIONS))
    def get_actions(self, offering: Offering) -> list[str]:
        return OFFERING_WORKFLOW.available_to(offering, self.viewer)


class OfferingDetailSerializer(LabelledSerializer, OfferingSerializer):
    """A service with the business of a trader."""

    example = examples.OFFERING_DETAIL
    trader = TraderSerializer(source="creator.trader_details", allow_null=True)


class OfferingInput(Input):
    """A new offering, or changes of one."""

    ignored_fields = fields_of(OfferingDetailSerializer)
    title = TextField(max_length=200)
    description = MultiLineField(max_length=5000)
    category = ItemCategoryField("offerings")
    attributes = AttributesField()
    location = OptionalTextField(max_length=255)
    address = OptionalTextField(max_length=255)
    public_location = PublicLocationField()
    latitude = LatitudeField()
    longitude = LongitudeField()
    price = MoneyField(required=False, allow_null=True)
    price_type = StrictChoiceField(choices=Offering.PriceType.choices, required=False)
    availability = OptionalMultiLineField(max_length=500)
    experience = OptionalMultiLineField(max_length=2000)
    service_radius = StrictNumberField(
        required=False, min_value=0, max_value=1000, help_text="In km"
    )
    images = WordListField(required=False)

    def validate(self, attrs: dict) -> dict:
        return require_whole_point(attrs)


class ContactInput(Input):
    """A message to the creator of an offering."""

    ignored_fields = frozenset({"conversation_id"})
    message = OptionalMultiLineField(max_length=5000)
