"""Serializers of saved searches."""

from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers

from alerts import examples
from alerts.models import SavedSearch
from alerts.queries import IGNORED_PARAMETERS, MAX_VALUE_CHARS
from catalog.item_types import ITEM_TYPES
from categories.filters import PARAMETER
from core.api.fields import HasSchema, Input, StrictChoiceField, TextField
from core.api.list_fields import BoundedDictField
from core.api.output import Output, fields_of

KINDS = tuple(ITEM_TYPES)
MAX_PARAMETERS = 50  # of one query; no list takes so many


class SavedSearchSerializer(Output):
    """A saved search, with the path of the list that shows its results."""

    example = examples.SAVED_SEARCH
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(source="item_type", choices=KINDS)
    name = serializers.CharField()
    query = serializers.DictField(child=serializers.CharField())
    frequency = serializers.ChoiceField(choices=SavedSearch.Frequency.choices)
    results = serializers.SerializerMethodField(help_text="The path of the list.")
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(
        source="shown_next_at", allow_null=True, help_text="When it runs next."
    )

    def get_results(self, search: SavedSearch) -> str:
        """Return the path of the list, with the query."""
        query = f"?{urlencode(search.query)}" if search.query else ""
        return f"/api/{search.item_type}{query}"


class Query(HasSchema, BoundedDictField):
    """The parameters of a list, as an object."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_PARAMETERS, **kwargs)

    @property
    def schema(self) -> dict:
        """The OpenAPI schema: the parameters of all lists."""
        parameters = (row.parameters for row in ITEM_TYPES.values())
        names = IGNORED_PARAMETERS.union(*parameters)
        text = {"type": "string", "maxLength": MAX_VALUE_CHARS}
        value = {"anyOf": [text, {"type": "number"}, {"type": "boolean"}]}
        return {
            "type": "object",
            "maxProperties": MAX_PARAMETERS,
            "propertyNames": {
                "anyOf": [{"enum": sorted(names)}, {"pattern": PARAMETER}]
            },
            "additionalProperties": value,
            "description": "The parameters of the list, but for pages and order.",
        }


class SavedSearchChange(Input):
    """Changes of a saved search. Fields that are left out keep their values."""

    ignored_fields = fields_of(SavedSearchSerializer)
    name = TextField(max_length=100, required=False)
    query = Query(required=False)
    frequency = StrictChoiceField(choices=SavedSearch.Frequency.choices, required=False)


class SavedSearchInput(SavedSearchChange):
    """A new saved search."""

    kind = StrictChoiceField(source="item_type", choices=KINDS)
    name = TextField(max_length=100)
    query = Query()
    frequency = StrictChoiceField(
        choices=SavedSearch.Frequency.choices, default=SavedSearch.Frequency.DAILY
    )
