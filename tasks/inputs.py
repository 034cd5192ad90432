"""Serializers of the input of transitions.

Not in `serializers`, which imports the workflow table that names them.
"""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import IdField, Input, OptionalTextField, TextField


class AcceptInput(Input):
    """The application to accept, by its id or by the person's."""

    application_id = IdField(required=False)
    user_id = IdField(required=False)

    def validate(self, attrs: dict) -> dict:
        if not attrs:
            raise serializers.ValidationError(
                {"application_id": [_("Give application_id or user_id.")]}
            )
        return attrs


class ReasonInput(Input):
    """An optional reason."""

    reason = OptionalTextField(max_length=2000)


class RequiredReasonInput(Input):
    """A reason, for transitions of staff."""

    reason = TextField(max_length=2000)
