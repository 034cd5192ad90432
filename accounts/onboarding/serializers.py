"""Input and answers of the first steps of an account."""

from rest_framework import serializers

from accounts.models import username_rule
from accounts.serializers import ProfileInput
from core.api.fields import TextField

USERNAME_REASONS = ("taken", "invalid", "reserved")


class RegistrationInput(ProfileInput):
    """The profile, and a username in place of one that was made for the account."""

    username = TextField(validators=[username_rule], required=False)


class UsernameSerializer(serializers.Serializer):
    """Whether a username can be taken."""

    available = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=USERNAME_REASONS, allow_null=True)
