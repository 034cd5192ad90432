from urllib.parse import urlencode

from rest_framework import serializers

from alerts.models import SavedSearch
from alerts.queries import ARRANGING, LONGEST
from catalog.item_types import ITEM_TYPES
from core.api.fields import NO_NUL, HasSchema, Input, StrictChoiceField, TextField
from core.api.output import Output


class SavedSearchSerializer(Output):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SavedSearch.ItemType)
    name = serializers.CharField()
    query = serializers.DictField(child=serializers.CharField())
    frequency = serializers.ChoiceField(choices=SavedSearch.Frequency)
    results = serializers.SerializerMethodField(help_text="The path of the list.")
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(
        allow_null=True, help_text="When it is asked again."
    )

    def get_results(self, search) -> str:
        query = f"?{urlencode(search.query)}" if search.query else ""
        return f"/api/{search.kind}{query}"


class Query(HasSchema, serializers.DictField):
    """The parameters of a list, as an object."""

    @property
    def schema(self) -> dict:
        names = ARRANGING.union(*(kind.parameters for kind in ITEM_TYPES.values()))
        text = {"type": "string", "maxLength": LONGEST, "pattern": NO_NUL}
        value = {"anyOf": [text, {"type": "number"}, {"type": "boolean"}]}
        return {
            "type": "object",
            "propertyNames": {"enum": sorted(names)},
            "additionalProperties": value,
            "description": "What the list of this kind takes. Paging and order drop.",
        }


class SavedSearchChange(Input):
    name = TextField(max_length=100, required=False)
    query = Query(required=False)
    frequency = StrictChoiceField(choices=SavedSearch.Frequency, required=False)


class SavedSearchInput(SavedSearchChange):
    kind = StrictChoiceField(choices=SavedSearch.ItemType)
    name = TextField(max_length=100)
    query = Query()
    frequency = StrictChoiceField(
        choices=SavedSearch.Frequency, default=SavedSearch.Frequency.DAILY
    )
