"""Viewset of e-mail addresses."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import confirmation, examples, reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.emails import services
from accounts.emails.serializers import EmailChangeInput, EmailTokenInput
from accounts.models import User
from accounts.serializers import ProfileSerializer
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet


class EmailViewSet(ApiViewSet):
    """The address of the caller's account."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    input_serializers = {"confirm": EmailTokenInput, "change": EmailChangeInput}
    public_actions = frozenset({"confirm"})
    never_repeated = frozenset({"confirm", "change"})
    examples = examples.EMAILS

    @extend_schema(
        operation_id="auth_sendConfirmation",
        summary="Send the confirmation e-mail again",
        description="At most once a minute and five times a day.",
        request=None,
        responses={200: MESSAGE},
        extensions=error_codes(s409=["email_confirmed"]),
    )
    @action(detail=False, methods=["post"], url_path="email/verify")
    def verify(self, request: SignedInRequest) -> Response:
        """Send the link that confirms the e-mail address to it again."""
        confirmation.resend(request.user)
        return Response({"message": _("The e-mail is on its way.")})

    @extend_schema(
        operation_id="auth_confirmEmail",
        summary="Confirm an e-mail address by the token of a link",
        description="The links lead to a page of this server. A client with a page of "
        "its own sends the last part of the link here.",
        auth=[],
        responses={200: MESSAGE},
        extensions=error_codes(s400=["link_expired"], s409=["email_taken"]),
    )
    @action(detail=False, methods=["post"], url_path="email/confirm")
    def confirm(self, request: Request) -> Response:
        """Confirm the present address, a registration or a change."""
        token = self.validated_input()["token"]
        services.confirm(token, device=device_of(request))
        return Response({"message": _("Your e-mail address is confirmed.")})

    @extend_schema(
        operation_id="auth_changeEmail",
        summary="Change the e-mail address",
        description="The new address gets a link, which is valid for a day. Until it "
        "is used, the present address stays. Answers the same if another account has "
        "it. Needs a recent confirmation of the identity.",
        responses={202: MESSAGE},
        extensions=error_codes(s403=["confirmation_required"]),
    )
    @action(detail=False, methods=["post"], url_path="email/change")
    def change(self, request: SignedInRequest) -> Response:
        """Send the link to the new address."""
        reauthentication.require_recent(request)
        email = self.validated_input()["email"]
        services.request_change(request.user, email, device=device_of(request))
        sentence = _("Please open the link that we have sent to the new address.")
        return Response({"message": sentence}, status=202)
