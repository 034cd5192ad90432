"""Serializers that all types of items share."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.models import Decision
from core.api.output import Output
from core.workflow import Workflow
from items.models import Moderated


class ModerationSerializer(Output):
    """The staff's decision and its reason. Only the owner sees rows not visible."""

    is_base = True

    moderation = serializers.ChoiceField(choices=Moderated.Moderation.choices)
    moderation_reason = serializers.CharField(allow_blank=True)


class LabelSerializer(Output):
    """What staff say about an item, such as that its price is disputed."""

    value = serializers.ChoiceField(choices=Decision.Label.choices)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name
        help_text="In the language of the reader."
    )


class LabelledSerializer(Output):
    """Shows the label of an item in its details."""

    is_base = True

    label = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(LabelSerializer(allow_null=True))
    def get_label(self, item: Any) -> dict[str, str] | None:
        """Its label by staff; null without one."""
        if not item.label:
            return None
        return {"value": item.label, "label": item.get_label_display()}


class ReducedMixin(Output):
    """Shows strangers less of an item that is no longer public, in the same fields.

    A subclass sets `full_statuses`, in which everybody sees all public fields, and
    `reduced`: the values that strangers see in the other ones.
    """

    is_base = True
    full_statuses: frozenset[str] = frozenset()
    reduced: Mapping[str, Any] = {}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.status in self.full_statuses or self.sees_all(instance):
            return shown
        return shown | {k: v for k, v in self.reduced.items() if k in shown}

    def sees_all(self, row: Any) -> bool:
        """Return whether the viewer is a party of `row`."""
        raise NotImplementedError


def api_actions(workflow: Workflow) -> tuple[str, ...]:
    """The names that `actions` can hold: the API's rows of `workflow`."""
    return tuple(row.name for row in workflow if row.in_api)


def actions_field(names: tuple[str, ...]) -> serializers.ListField:
    """How the API's description shows `actions`."""
    return serializers.ListField(child=serializers.ChoiceField(choices=names))
