"""Input and output of phone codes."""

from django.conf import settings
from rest_framework import serializers

from accounts.models import username_rule
from accounts.phones.services import PURPOSES
from accounts.serializer_fields import ChallengeKey, Password, PersonName
from core.api.fields import (
    Input,
    OptionalTextField,
    SecretField,
    StrictBooleanField,
    StrictChoiceField,
    TextField,
)

MAX_PHONE_CHARS = 40
MAX_CODE_CHARS = 20  # as people type it, with blanks


class CodeField(SecretField):
    """A code of a message, as a text of digits; blanks between them are ignored."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(max_length=MAX_CODE_CHARS, **kwargs)

    def to_internal_value(self, data: object) -> str:
        return "".join(super().to_internal_value(data).split())


class PhoneStartInput(Input):
    """The number that gets a code, and what for."""

    phone = OptionalTextField(max_length=MAX_PHONE_CHARS)
    purpose = StrictChoiceField(choices=sorted(PURPOSES))

    def validate(self, attrs: dict) -> dict:
        if not attrs.get("phone") and attrs["purpose"] != "confirm":
            message = self.fields["phone"].error_messages["required"]
            raise serializers.ValidationError({"phone": message})
        return attrs


class PhoneLinkInput(Input):
    """The code that arrived at a phone."""

    challenge = ChallengeKey()
    code = CodeField()


class PhoneVerifyInput(PhoneLinkInput):
    """The code that arrived at a phone, and what else a sign-in needs."""

    username = TextField(validators=[username_rule], required=False)
    first_name = PersonName(max_length=80)
    last_name = PersonName(max_length=80)
    language = StrictChoiceField(choices=settings.LANGUAGES, required=False)
    password = Password(required=False)
    email_challenge = ChallengeKey(required=False)
    email_code = CodeField(required=False)
    new_account = StrictBooleanField(required=False)


class StartedSerializer(serializers.Serializer):
    """A code that was sent."""

    challenge = serializers.CharField(help_text="Send it back with the code.")
    expires_in = serializers.IntegerField(help_text="Seconds.")
    resend_in = serializers.IntegerField(help_text="Seconds.")
