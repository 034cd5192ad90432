"""Serializers of categories with their fields, and of facets."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from categories.models import CategoryField
from categories.tree import Field, Node, in_language
from core.api.output import Output

TYPES = tuple(CategoryField.Type.values)


class OptionSerializer(serializers.Serializer):
    """An option of a choice."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class CategoryFieldSerializer(Output):
    """A typed field of a category. Texts are in the language of the reader."""

    name = serializers.CharField(help_text="In `attributes`, and after `attr.`.")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=TYPES)
    unit = serializers.CharField(allow_blank=True)
    min = serializers.FloatField(source="minimum", allow_null=True)
    max = serializers.FloatField(source="maximum", allow_null=True)
    options = serializers.SerializerMethodField(help_text="Of a choice.")
    required = serializers.BooleanField(  # type: ignore[assignment]
        source="is_required", help_text="Where `attributes` are sent."
    )

    def get_label(self, field: Field) -> str:
        """The name that people read."""
        return in_language(field.labels)

    @extend_schema_field(OptionSerializer(many=True))
    def get_options(self, field: Field) -> list[dict[str, str]]:
        return [
            {"value": value, "label": in_language(labels)}
            for value, labels in field.options
        ]


class CategoryNodeSerializer(Output):
    """A category in the tree of its type, in the language of the reader."""

    slug = serializers.CharField()
    name = serializers.SerializerMethodField()
    parent = serializers.CharField(allow_null=True, help_text="The slug of another.")  # type: ignore[assignment]
    fields = serializers.SerializerMethodField(  # type: ignore[assignment]
        method_name="shown_fields", help_text="With the inherited ones."
    )

    def get_name(self, node: Node) -> str:
        """The name that people read."""
        return in_language(node.names)

    @extend_schema_field(CategoryFieldSerializer(many=True))
    def shown_fields(self, node: Node) -> list[dict[str, Any]]:
        return CategoryFieldSerializer().of_all(node.active_fields.values())


class CategoryTreeSerializer(serializers.Serializer):
    """The categories of one type of item that take new items, in their order."""

    categories = CategoryNodeSerializer(many=True)


class FacetValueSerializer(serializers.Serializer):
    """How many items have a value."""

    value = serializers.JSONField()
    label = serializers.CharField(required=False, help_text="Of an option.")  # type: ignore[assignment]
    count = serializers.IntegerField()


class FacetSerializer(serializers.Serializer):
    """The values of one field among the items of a list."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=TYPES)
    unit = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="Of items that have a value.")
    values = FacetValueSerializer(
        many=True, required=False, help_text="Of a choice, and of yes or no."
    )
    min = serializers.JSONField(required=False, help_text="Of a number or a date.")
    max = serializers.JSONField(required=False, help_text="Of a number or a date.")


class FacetsSerializer(serializers.Serializer):
    """The fields of a category, with the values of the items that match."""

    total = serializers.IntegerField(help_text="Of items with values, as counted.")
    is_capped = serializers.BooleanField(help_text="Whether there are more of them.")
    facets = FacetSerializer(many=True)
