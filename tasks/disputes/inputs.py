"""Serializers of the input of disputes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import (
    HasSchema,
    IdField,
    Input,
    MultiLineField,
    StrictChoiceField,
)
from tasks.disputes.evidence import PicturesField
from tasks.models import Dispute

MIN_CHARS, MAX_CHARS = 20, 5000
MAX_CENTS = 10**12
# Clients send whole objects back. `tasks.disputes.serializers` shows these fields.
DISPUTE_FIELDS = frozenset(
    {
        *("id", "task_id", "task_title", "filed_by_id", "filed_by_name"),
        *("filed_against_id", "filed_against_name", "reason", "reason_label"),
        *("description", "evidence_images", "status", "resolution"),
        *("resolution_notes", "response_description", "response_images"),
        *("responded_at", "respond_by", "created_at", "updated_at", "resolved_at"),
        *("worker_cents", "price_cents", "currency", "is_escalated", "offers"),
        *("timeline", "actions"),
    }
)


class CentsField(HasSchema, serializers.IntegerField):
    """An amount in the minor unit of the currency of the task: a whole number."""

    schema = {"type": "integer", "minimum": 0, "maximum": MAX_CENTS}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_CENTS, **kwargs)

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 5.0 is the integer 5 in JSON
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class DisputeInput(Input):
    """A new dispute."""

    ignored_fields = DISPUTE_FIELDS
    task_id = IdField()
    reason = StrictChoiceField(choices=Dispute.Reason.choices)
    description = MultiLineField(min_length=MIN_CHARS, max_length=MAX_CHARS)
    evidence_images = PicturesField()


class RespondInput(Input):
    """The answer of the other side."""

    ignored_fields = DISPUTE_FIELDS
    description = MultiLineField(max_length=MAX_CHARS)
    evidence_images = PicturesField()


class OfferInput(Input):
    """A proposal: what the worker gets of the price."""

    ignored_fields = DISPUTE_FIELDS
    worker_cents = CentsField(
        help_text="0: all of it goes back. `price_cents`: the worker gets all of it."
    )


class ResolveInput(Input):
    """The decision of staff."""

    ignored_fields = DISPUTE_FIELDS
    resolution = StrictChoiceField(choices=Dispute.Resolution.choices)
    resolution_notes = MultiLineField(max_length=2000)
    worker_cents = CentsField(
        required=False, allow_null=True, help_text="With `partial` alone."
    )

    def validate(self, attrs: dict) -> dict:
        is_partial = attrs["resolution"] == Dispute.Resolution.PARTIAL
        if is_partial and attrs.get("worker_cents") is None:
            sentence = _("Say what the worker gets.")
            raise serializers.ValidationError({"worker_cents": [sentence]})
        return attrs
