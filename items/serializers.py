"""Serializers that all types of items share."""

from rest_framework import serializers

from core.api.output import Output
from core.workflow import Workflow
from items.models import Moderated


class ModerationSerializer(Output):
    """The staff's decision and its reason. Only the owner sees rows not visible."""

    is_base = True

    moderation = serializers.ChoiceField(choices=Moderated.Moderation.choices)
    moderation_reason = serializers.CharField(allow_blank=True)


def api_actions(workflow: Workflow) -> tuple[str, ...]:
    """The names that `actions` can hold: the API's rows of `workflow`."""
    return tuple(row.name for row in workflow if row.in_api)


def actions_field(names: tuple[str, ...]) -> serializers.ListField:
    """How the API's description shows `actions`."""
    return serializers.ListField(child=serializers.ChoiceField(choices=names))
