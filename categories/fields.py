"""The serializer fields of a category and of the values of its fields."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from categories import services, tree
from categories.models import FIELD_NAME, MAX_FIELDS
from core.api.fields import HasSchema
from core.api.list_fields import BoundedDictField
from core.api.params import normalize_category

MAX_TEXT_CHARS = 30  # of an option or a date
ATTRIBUTES_SCHEMA = {
    "type": "object",
    "maxProperties": MAX_FIELDS,
    "propertyNames": {"pattern": FIELD_NAME.replace(r"\Z", "$"), "maxLength": 30},
    "description": "Values of the typed fields of the category, by name: numbers, "
    "options of a choice, true or false, and dates. `GET /api/categories/{type}` lists "
    "the fields.",
}
SLUG_TEXT = "A slug of `GET /api/categories`; staff may add some."


class ItemCategoryField(HasSchema, serializers.Field):
    """A category of the type of item, in any case; with `_` or a blank for `-`.

    One that takes no new items is valid here: an item that has it keeps it.
    """

    schema = {"type": "string", "minLength": 1, "description": SLUG_TEXT}

    def __init__(self, item_type: str, **kwargs: Any) -> None:
        self.item_type = item_type
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> str:
        categories = tree.of(self.item_type)
        slug = normalize_category(data) if isinstance(data, str) else ""
        if slug not in categories.nodes:
            raise serializers.ValidationError(services.choose_one_of(categories))
        return slug


class AttributesField(HasSchema, BoundedDictField):
    """The values of typed fields. `categories.services.check` compares them."""

    schema = ATTRIBUTES_SCHEMA | {
        "additionalProperties": {
            "anyOf": [
                {"type": "number"},
                {"type": "boolean"},
                {"type": "string", "maxLength": MAX_TEXT_CHARS},
                {"type": "null"},
            ]
        }
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=MAX_FIELDS, required=False, child=_Value(), **kwargs
        )


class _Value(serializers.Field):
    """A number, true or false, a short text, or null."""

    default_error_messages = {
        "invalid": _("Give a number, a short text, true or false.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        is_text = isinstance(data, str) and len(data) <= MAX_TEXT_CHARS
        if not is_text and not isinstance(data, int | float):
            self.fail("invalid")
        return data


class AttributesOutput(HasSchema, serializers.Field):
    """The values of typed fields, as they are stored."""

    schema = ATTRIBUTES_SCHEMA | {
        "additionalProperties": {
            "anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]
        }
    }


class CategoryOutput(HasSchema, serializers.CharField):
    """The slug of a category."""

    schema = {"type": "string", "description": SLUG_TEXT}
