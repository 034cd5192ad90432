"""Input and answers of signing in with another service."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import SocialAccount
from accounts.serializer_fields import ChallengeKey, Password
from accounts.serializers import SignedInSerializer
from core.api.fields import Input, StrictChoiceField, TextField


class SocialTokenInput(Input):
    """The ID token that the provider has issued to a client, and its nonce."""

    provider = StrictChoiceField(choices=SocialAccount.Provider.choices)
    id_token = TextField(max_length=8000)
    nonce = TextField(max_length=200, help_text="Unhashed.")


class SocialInput(Input):
    """The token and its nonce; or the challenge of a link, and what confirms it."""

    provider = StrictChoiceField(choices=SocialAccount.Provider.choices, required=False)
    id_token = TextField(max_length=8000, required=False)
    nonce = TextField(
        max_length=200,
        required=False,
        help_text="Unhashed.",
    )
    challenge = ChallengeKey(required=False)
    password = Password(required=False)
    code = TextField(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names: tuple[str, ...] = ("provider", "id_token", "nonce")
        if "challenge" in attrs:
            names = () if "code" in attrs else ("password",)
        missing = [name for name in names if name not in attrs]
        if missing:
            sentence = _("This field is required.")
            raise serializers.ValidationError({name: [sentence] for name in missing})
        return attrs


class SocialSignedInSerializer(SignedInSerializer):
    """The answer of a sign-in, and whether the account is new."""

    is_new_user = serializers.BooleanField()
