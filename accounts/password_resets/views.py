"""Viewset of password resets."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples
from accounts.devices import device_of
from accounts.models import User
from accounts.password_resets import services
from accounts.password_resets.serializers import ForgotInput, ResetInput
from accounts.serializers import ProfileSerializer
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet


class PasswordResetViewSet(ApiViewSet):
    """A new password by a link that is sent by e-mail."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    input_serializers = {"forgot": ForgotInput, "reset": ResetInput}
    public_actions = frozenset({"forgot", "reset"})
    never_repeated = frozenset({"forgot", "reset"})  # their bodies have secrets
    examples = examples.PASSWORD_RESETS
    throttle_scopes = {"forgot": "recovery"}

    @extend_schema(
        operation_id="auth_requestPasswordReset",
        summary="Send a link to choose a new password",
        description="Answers the same whether the address has an account or not. The "
        "link is valid for an hour, and leads to a page of this server.",
        auth=[],
        responses={202: MESSAGE},
    )
    @action(detail=False, methods=["post"], url_path="password/forgot")
    def forgot(self, request: Request) -> Response:
        """Send the link if there is such an account."""
        services.request(self.validated_input()["email"], device=device_of(request))
        sentence = _("If this address has an account, an e-mail is on its way.")
        return Response({"message": sentence}, status=202)

    @extend_schema(
        operation_id="auth_resetPassword",
        summary="Change the password by the token of a link",
        description="Ends all sessions. Sign in with the new password afterwards.",
        auth=[],
        responses={200: MESSAGE},
        extensions=error_codes(s400=["link_expired"]),
    )
    @action(detail=False, methods=["post"], url_path="password/reset")
    def reset(self, request: Request) -> Response:
        """Set the password, once."""
        services.reset(**self.validated_input(), device=device_of(request))
        return Response({"message": _("The password is changed. Please sign in.")})
