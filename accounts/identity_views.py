"""`POST /api/auth/confirm-identity`."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts import examples, identity, reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import Session, User
from accounts.passkeys.serializers import OF_ANSWER, CredentialField
from accounts.phones.serializers import StartedSerializer
from accounts.phones.services import Started
from accounts.serializer_fields import ChallengeKey, Code, Password
from core.api.fields import Input
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet


class IdentityInput(Input):
    """A password, a code, or a challenge with its answer: one of the ways."""

    password = Password(required=False)
    code = Code(required=False)
    challenge = ChallengeKey(required=False)
    credential = CredentialField(members=OF_ANSWER, required=False)


class IdentityConfirmed(serializers.Serializer):
    """Until when the session counts as confirmed, and how."""

    message = serializers.CharField()
    confirmed_until = serializers.DateTimeField()
    method = serializers.ChoiceField(choices=Session.Method.choices)


class IdentityViewSet(ApiViewSet):
    """Confirmation of identity, before what a stolen token must not do."""

    queryset = User.objects.all()
    input_serializers = {"confirm_identity": IdentityInput}
    never_repeated = frozenset({"confirm_identity", "send_code"})  # a code works once
    examples = examples.IDENTITY

    @extend_schema(
        operation_id="auth_confirmIdentity",
        summary="Confirm the identity of the caller",
        description="For ten minutes of this session. With a second factor a password "
        "alone is not enough: send a `code`, or `challenge` and `credential` of a "
        "passkey. Who has none of them sends `challenge` and `code` of a message.",
        responses={200: IdentityConfirmed},
        extensions=error_codes(
            s400=["code_wrong", "code_expired"],
            s403=["bad_credentials", "second_factor_required"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="confirm-identity")
    def confirm_identity(self, request: SignedInRequest) -> Response:
        """Before changes that a stolen token must not be able to make."""
        session, given = reauthentication.session_of(request), self.validated_input()
        until, method = identity.confirm(
            session, request.user, given, device_of(request)
        )
        answer = {
            "message": _("Thank you. Your identity is confirmed."),
            "confirmed_until": until,
            "method": method,
        }
        return Response(IdentityConfirmed(answer).data)

    @extend_schema(
        operation_id="auth_sendConfirmationCode",
        summary="Send a code to confirm the identity by e-mail",
        description="For people without a password, second factor, passkey and phone.",
        request=None,
        responses={202: StartedSerializer},
    )
    @action(detail=False, methods=["post"], url_path="confirm-identity/email")
    def send_code(self, request: SignedInRequest) -> Response:
        """Send a code of six digits to the caller's address, for ten minutes."""
        key = identity.send_email_code(request.user, device_of(request))
        return Response(StartedSerializer(Started(key)).data, status=202)
