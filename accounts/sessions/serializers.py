"""Sessions and security events, as their owner sees them."""

from rest_framework import serializers

from accounts import examples
from accounts.models import SecurityEvent, Session
from accounts.tokens import SESSION_CLAIM
from core.api.output import Output


class SessionSerializer(Output):
    """An open session of the caller."""

    example = examples.SESSION

    id = serializers.IntegerField()
    device = serializers.CharField(
        source="client", help_text="Program and system; empty if unknown."
    )
    method = serializers.CharField(
        help_text="`password`, `code`, `phone`, `email`, `passkey`, `google`, `apple`,"
        " or empty if unknown."
    )
    network = serializers.CharField(help_text="Shortened: it names no household.")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.SerializerMethodField()

    def get_is_current(self, session: Session) -> bool:
        """Whether it is the session of this request."""
        return str(session.key) == self.context["request"].auth.get(SESSION_CLAIM)


class SecurityEventSerializer(Output):
    """What happened to the caller's account."""

    example = examples.SECURITY_EVENT

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=SecurityEvent.Type.choices)
    title = serializers.CharField(
        source="title_of_type", help_text="The type for people, in their language."
    )
    device = serializers.CharField(help_text="Such as `Firefox, Linux`.")
    network = serializers.CharField(help_text="Shortened: it names no household.")
    created_at = serializers.DateTimeField()
