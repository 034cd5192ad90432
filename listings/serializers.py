"""Serializers of listings."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import SellerInfo, seller_type_field
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
    StrictBooleanField,
    StrictChoiceField,
    TextField,
)
from core.api.list_fields import CommaSeparatedField, WordListField
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
from listings import examples
from listings.models import Listing
from listings.permissions import is_seller
from listings.services import VIEWS
from listings.workflow import LISTING_WORKFLOW

ACTIONS = api_actions(LISTING_WORKFLOW)
STATUSES = tuple(s for s in Listing.Status.values if s != Listing.Status.DELETED)


class ListingSerializer(ReducedMixin, PlaceSerializer, ModerationSerializer):
    """A listing in a list."""

    full_statuses = Listing.objects.all().public_statuses
    reduced = {  # the title and the price remain, for favorites and old links
        **dict.fromkeys(("description", "contact_info", "images", "tags"), ""),
        "image_urls": [],
        "attributes": {},
        "latitude": None,
        "longitude": None,
        "location": "",
    }

    example = {
        k: v for k, v in examples.LISTING.items() if k not in ("label", "seller_info")
    }
    id = serializers.IntegerField()
    user_id = serializers.IntegerField(source="seller_id")
    seller_id = serializers.IntegerField()
    seller = serializers.CharField(source="seller.public_username")
    seller_type = seller_type_field(source="seller.shown_seller_type")
    title = serializers.CharField()
    description = serializers.CharField()
    category = CategoryOutput()
    attributes = AttributesOutput()
    subcategory = serializers.CharField(allow_blank=True)
    price = serializers.FloatField()
    currency = serializers.CharField()
    is_negotiable = serializers.BooleanField()
    condition = serializers.ChoiceField(
        choices=Listing.Condition.choices, allow_blank=True
    )
    listing_type = serializers.ChoiceField(choices=["sale"])
    contact_info = serializers.CharField(allow_blank=True)
    images = serializers.CharField(
        allow_blank=True, help_text="Site paths, comma-separated, the main one first."
    )
    image_urls = serializers.SerializerMethodField()
    tags = serializers.CharField(allow_blank=True)
    is_featured = serializers.BooleanField()
    views_count = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=STATUSES)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.SerializerMethodField()

    def is_party(self, row: Listing) -> bool:
        """Return whether the viewer is the seller, who sees the exact place."""
        return is_seller(row, self.viewer)

    sees_all = is_party

    def of_all(self, instances: Iterable[Listing]) -> list[dict[str, Any]]:
        rows = list(instances)
        VIEWS.show(rows)  # together: one command of Redis for a page, not one for each
        return super().of_all(rows)

    def get_views_count(self, listing: Listing) -> int:
        """How often the listing was opened."""
        return VIEWS.value(listing)

    def get_image_urls(self, listing: Listing) -> list[str]:
        """The paths of `images` as a list."""
        return listing.images.split(",") if listing.images else []

    @extend_schema_field(actions_field(ACTIONS))
    def get_actions(self, listing: Listing) -> list[str]:
        return LISTING_WORKFLOW.available_to(listing, self.viewer)


class ListingDetailSerializer(LabelledSerializer, ListingSerializer):
    """A listing with its seller."""

    example = examples.LISTING
    seller_info = SellerInfo(source="seller")

    def to_representation(self, instance: Listing) -> dict[str, Any]:
        VIEWS.show([instance])  # does nothing after `count_view`
        return super().to_representation(instance)


class ListingInput(Input):
    """A new listing."""

    ignored_fields = fields_of(ListingDetailSerializer)
    title = TextField(max_length=100)
    description = MultiLineField(max_length=2000)
    category = ItemCategoryField("listings")
    attributes = AttributesField()
    subcategory = OptionalTextField(max_length=50)
    price = MoneyField()
    is_negotiable = StrictBooleanField(required=False)
    condition = StrictChoiceField(
        choices=Listing.Condition.choices, required=False, allow_blank=True
    )
    contact_info = OptionalMultiLineField(max_length=200)
    images = WordListField(required=False)
    tags = CommaSeparatedField(required=False)
    location = OptionalTextField(max_length=255)
    address = OptionalTextField(max_length=255)
    public_location = PublicLocationField()
    latitude = LatitudeField(required=False, allow_null=True)
    longitude = LongitudeField(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        return require_whole_point(attrs)


class ListingChange(ListingInput):
    """Changes of a listing; a new `status` runs the transition that leads to it."""

    status = StrictChoiceField(choices=STATUSES, required=False)
