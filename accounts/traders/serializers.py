"""The details of a trader in requests and answers."""

from rest_framework import serializers

from accounts import examples
from accounts.serializer_fields import Email
from core.api.fields import Input, OptionalTextField, StrictBooleanField, TextField
from core.api.output import Output, fields_of


class TraderSerializer(Output):
    """The business of a trader, for everybody."""

    example = examples.TRADER

    name = serializers.CharField()
    address = serializers.CharField()
    registration_number = serializers.CharField()
    vat_number = serializers.CharField(allow_blank=True)
    email = serializers.EmailField()
    phone = serializers.CharField()
    certified_at = serializers.DateTimeField(
        help_text="When the trader committed to offer only what complies with the law."
    )


class TraderInput(Input):
    """The business of the caller. What is left out keeps its value."""

    ignored_fields = fields_of(TraderSerializer)
    name = TextField(max_length=200, required=False)
    address = TextField(max_length=300, required=False)
    registration_number = TextField(max_length=50, required=False)
    vat_number = OptionalTextField(max_length=20)
    email = Email(required=False)
    phone = TextField(max_length=32, required=False)
    certified = StrictBooleanField(
        required=False,
        help_text="The caller commits to offer only what complies with the law.",
    )
