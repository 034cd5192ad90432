"""Serializers of passkeys, and the answer of an authenticator as browsers send it."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import examples
from accounts.serializer_fields import ChallengeKey
from core.api.fields import HasSchema, Input, OptionalTextField
from core.api.output import Output

MAX_CREDENTIAL_MEMBERS = 20
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
MAX_ID_CHARS = 1400  # of `Passkey.credential_id`: 1,023 bytes (WebAuthn 4)
TEXT = "^[A-Za-z0-9_-]+$"
# Members of `response`: their longest base64url. The first two are of a new passkey.
MAX_CHARS = {
    "attestationObject": 12_000,
    "clientDataJSON": 4_000,
    "authenticatorData": 8_000,
    "signature": 2_000,
    "userHandle": 100,
}
OF_NEW = ("clientDataJSON", "attestationObject")
OF_ANSWER = ("clientDataJSON", "authenticatorData", "signature")


class CredentialField(HasSchema, serializers.Field):
    """`PublicKeyCredential.toJSON()`: its binary members in base64url.

    `required` members of `response` must be there. What is not needed is left out.
    """

    default_error_messages = {"invalid": _("This is no answer of an authenticator.")}

    def __init__(self, *, members: tuple[str, ...], **kwargs: Any) -> None:
        self.members = members
        super().__init__(**kwargs)

    @property
    def schema(self) -> dict[str, Any]:
        """The members that are read; others are accepted without effect."""
        names = [
            *self.members,
            *(["userHandle"] if "signature" in self.members else []),
        ]
        texts = {
            name: {"type": "string", "pattern": TEXT, "maxLength": MAX_CHARS[name]}
            for name in names
        }
        if "userHandle" in texts:
            texts["userHandle"] |= {"type": ["string", "null"]}
        identifier = {"type": "string", "pattern": TEXT, "maxLength": MAX_ID_CHARS}
        return {
            "type": "object",
            "properties": {
                "id": identifier,
                "type": {"type": "string", "const": "public-key"},
                "response": {
                    "type": "object",
                    "properties": texts,
                    "required": list(self.members),
                    "maxProperties": MAX_CREDENTIAL_MEMBERS,
                },
            },
            "required": ["id", "type", "response"],
            "maxProperties": MAX_CREDENTIAL_MEMBERS,
        }

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Return `id`, `rawId`, `type` and `response`, as the library reads them."""
        response = data.get("response") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(response, dict):
            self.fail("invalid")
        if max(len(data), len(response)) > MAX_CREDENTIAL_MEMBERS:
            self.fail("invalid")
        if data.get("type") != "public-key":
            self.fail("invalid")
        identifier = self._text(data.get("id"), MAX_ID_CHARS)
        texts = {
            name: self._text(response.get(name), MAX_CHARS[name])
            for name in self.members
        }
        if "signature" in texts and response.get("userHandle"):
            handle = response["userHandle"]
            texts["userHandle"] = self._text(handle, MAX_CHARS["userHandle"])
        ids = {"id": identifier, "rawId": identifier, "type": "public-key"}
        return ids | {"response": texts}

    def _text(self, value: object, max_chars: int) -> str:
        # A length of 4n + 1 is the base64 of nothing.
        if not isinstance(value, str) or len(value) > max_chars or len(value) % 4 == 1:
            self.fail("invalid")
        if not BASE64URL.fullmatch(value):
            self.fail("invalid")
        return value

    def to_representation(self, value: Any) -> Any:
        """Never shown."""
        raise NotImplementedError


class PasskeySerializer(Output):
    """A passkey of the caller."""

    example = examples.PASSKEY

    id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class OptionsSerializer(serializers.Serializer):
    """A challenge, and the options for the browser.

    `PublicKeyCredential.parseCreationOptionsFromJSON` and
    `parseRequestOptionsFromJSON` read the options.
    """

    challenge = serializers.CharField(help_text="Send it back beside the credential.")
    options = serializers.DictField(child=serializers.JSONField())


class NewPasskeyInput(Input):
    """A new passkey: what the browser answered to the options."""

    challenge = ChallengeKey()
    credential = CredentialField(members=OF_NEW)
    name = OptionalTextField(max_length=80)


class PasskeySignInInput(Input):
    """Nothing, to begin; then the challenge and what the browser answered."""

    challenge = ChallengeKey(required=False)
    credential = CredentialField(members=OF_ANSWER, required=False)

    default_error_messages = {"half": _("Send both, or neither.")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take both or neither."""
        if len(attrs) == 1:
            missing = "credential" if "challenge" in attrs else "challenge"
            raise serializers.ValidationError({missing: self.error_messages["half"]})
        return attrs
