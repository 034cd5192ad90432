"""Serializers of the input of transitions.

Not in `serializers`, which imports the workflow table that names them.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import (
    IdField,
    Input,
    MoneyField,
    MultiLineField,
    OptionalMultiLineField,
)

# Clients send whole objects back. `tasks.serializers`, which show these fields, read
# the workflow and so this module: a test holds both to be the same.
TASK_FIELDS = frozenset(
    {
        "id",
        "creator_id",
        "seller_type",
        "trader",
        "label",
        "creator_name",
        "assigned_to_id",
        "assigned_to_name",
        "title",
        "description",
        "category",
        "attributes",
        "budget",
        "currency",
        "status",
        "priority",
        "is_urgent",
        "deadline",
        "radius",
        "required_skills",
        "images",
        "applications_count",
        "responses_count",
        "created_at",
        "updated_at",
        "completed_at",
        "actions",
        "dispute_reason",
        "pending_applications_count",
        "location",
        "address",
        "public_location",
        "latitude",
        "longitude",
        "distance",
        "moderation",
        "moderation_reason",
        "payment_required",
        "payment_status",
        "agreed_price",
    }
)
APPLICATION_FIELDS = frozenset(
    {
        "id",
        "task_id",
        "applicant_id",
        "applicant_name",
        "applicant_avatar",
        "applicant_email",
        "applicant_rating",
        "applicant_review_count",
        "applicant_completed_tasks",
        "applicant_member_since",
        "applicant_bio",
        "applicant_city",
        "message",
        "price",
        "proposed_price",
        "status",
        "created_at",
        "updated_at",
        "task",
    }
)


class MomentField(serializers.DateTimeField):
    """A point in time, with an offset; without one, on the clock of the site."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value)
        except OverflowError:  # of the first and the last day that there is
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")


class SeenInput(Input):
    """What the creator has read, to accept only that: the version and the price."""

    ignored_fields = APPLICATION_FIELDS | TASK_FIELDS

    seen_updated_at = MomentField(
        required=False,
        allow_null=True,
        help_text="The later `updated_at` of the task and of the application, as shown;"
        " 409 `changed_since` if one of them has changed since.",
    )
    price = MoneyField(
        required=False,
        allow_null=True,
        help_text="The price of the application, as shown; 409 `price_changed` if it "
        "is another.",
    )


class AcceptInput(SeenInput):
    """The application to accept, by its id or by the person's."""

    application_id = IdField(required=False)
    user_id = IdField(required=False)

    def validate(self, attrs: dict) -> dict:
        if not attrs.keys() & {"application_id", "user_id"}:
            raise serializers.ValidationError(
                {"application_id": [_("Give application_id or user_id.")]}
            )
        return attrs


class ReasonInput(Input):
    """An optional reason."""

    ignored_fields = TASK_FIELDS
    reason = OptionalMultiLineField(max_length=2000)


class RequiredReasonInput(Input):
    """A reason, for transitions of staff."""

    reason = MultiLineField(max_length=2000)
