"""Serializers of favorites."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from categories.fields import CategoryOutput
from core.api.fields import HasSchema, IdField, Input, StrictChoiceField
from core.api.output import Output, fields_of
from favorites.models import ITEM_TYPES, Favorite
from items.types import ITEM_TYPES as REGISTRY
from items.types import for_model
from offerings.models import Offering


class StatusOfAnyType(HasSchema, serializers.CharField):
    """A status of any item type; an item that is deleted is not shown."""

    @property
    def schema(self) -> dict:
        """The JSON schema: the statuses of all types."""
        statuses = (s for row in REGISTRY.values() for s in row.model.Status.values)
        return {"type": "string", "enum": list(dict.fromkeys(statuses))}


class FavoriteSerializer(Output):
    """A favorite of the caller, and the item that it is of."""

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    item_type = serializers.ChoiceField(choices=list(ITEM_TYPES))
    item_id = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class FavoriteItem(serializers.Serializer):
    """The item as its own list shows it, with its type and its owner's name."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=list(ITEM_TYPES))
    title = serializers.CharField()
    description = serializers.CharField()
    category = CategoryOutput()
    location = serializers.CharField(allow_blank=True)
    status = StatusOfAnyType()
    images = serializers.CharField(allow_blank=True)
    created_at = serializers.CharField()
    budget = serializers.FloatField(allow_null=True, required=False)
    price = serializers.FloatField(allow_null=True, required=False)
    price_type = serializers.ChoiceField(
        choices=Offering.PriceType.choices, required=False
    )
    is_urgent = serializers.BooleanField(required=False)
    deadline = serializers.CharField(allow_null=True, required=False)
    creator_id = serializers.IntegerField(required=False)
    creator_name = serializers.CharField(required=False)
    creator_avatar = serializers.CharField(allow_null=True, required=False)
    seller_id = serializers.IntegerField(required=False)
    seller_name = serializers.CharField(required=False)


ITEM_FIELDS = tuple(FavoriteItem().get_fields())


class FavoriteRowSerializer(Output):
    """A favorite of the caller, with its item."""

    favorite_id = serializers.IntegerField(source="id")
    favorited_at = serializers.DateTimeField(source="created_at")
    item = serializers.SerializerMethodField()

    @extend_schema_field(FavoriteItem)
    def get_item(self, favorite: Favorite) -> dict:
        """Return the item as its own list shows it, with its type and owner."""
        item = favorite.item
        serializer = for_model(type(item)).list_serializer
        shown = serializer(item, context=self.context).data
        shown |= {
            "type": favorite.item_type,
            f"{item.owner_field}_name": item.owner.public_name,
            "creator_avatar": self.absolute(item.owner.public_picture),
        }
        return {name: shown[name] for name in ITEM_FIELDS if name in shown}


class FavoriteInput(Input):
    """The item to add to the favorites, or to remove from them."""

    ignored_fields = fields_of(FavoriteSerializer, FavoriteRowSerializer)
    item_type = StrictChoiceField(choices=list(ITEM_TYPES))
    item_id = IdField()
