"""Serializers of the second factor."""

from rest_framework import serializers

from accounts.second_factor import recovery
from accounts.serializer_fields import ChallengeKey, Code
from core.api.fields import Input


class CodeInput(Input):
    """A code of the authenticator app."""

    code = Code()


class VerifyInput(CodeInput):
    """The `challenge` of `login`, and a code of the app or a recovery code."""

    challenge = ChallengeKey()


class StatusSerializer(serializers.Serializer):
    """Whether the caller has a second factor."""

    enabled = serializers.BooleanField()
    created_at = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField(min_value=0)
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=["code", "recovery_code", "passkey"]),
        help_text="What completes a sign-in.",
    )


class SetupSerializer(serializers.Serializer):
    """What an authenticator app needs. It is shown once."""

    message = serializers.CharField()
    secret = serializers.CharField(help_text="Base32, to be typed.")
    otpauth_url = serializers.CharField(help_text="To be opened on the same device.")
    svg = serializers.CharField(help_text="The same as a QR code: an `<svg>` element.")


class RecoveryCodesSerializer(serializers.Serializer):
    """Ten new recovery codes. They are shown once, and the earlier ones are void."""

    message = serializers.CharField()
    recovery_codes = serializers.ListField(
        child=serializers.CharField(),
        min_length=recovery.COUNT,
        max_length=recovery.COUNT,
    )
