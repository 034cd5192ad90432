"""The viewset of phone codes: start, sign in, link, remove."""

from typing import cast

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import Session, User
from accounts.phones import services, sign_in
from accounts.phones.examples import PHONES
from accounts.phones.serializers import (
    PhoneLinkInput,
    PhoneStartInput,
    PhoneVerifyInput,
    StartedSerializer,
)
from accounts.reauthentication import require_recent
from accounts.second_factor import checking
from accounts.serializers import ProfileSerializer, SignedInSerializer
from accounts.sign_in_methods import has_sign_in
from accounts.signed_in import signed_in_response
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet

SIGNED_IN = inline_serializer(
    "SignedInByPhone",
    {
        **SignedInSerializer().fields,
        "is_new_user": serializers.BooleanField(),
    },
)
LINKING = frozenset({"verify", "change"})  # purposes
CODE_ERRORS = {"s400": ["code_wrong", "code_expired"], "s429": ["code_burned"]}


class PhoneViewSet(ApiViewSet):
    """Codes that are sent to phones."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {
        "start": PhoneStartInput,
        "verify": PhoneVerifyInput,
        "link": PhoneLinkInput,
    }
    public_actions = frozenset({"start", "verify"})
    # A repetition must send nothing and check nothing a second time: the limits and the
    # attempts see to that, and answers have tokens.
    never_repeated = frozenset({"start", "verify", "link"})
    examples = PHONES

    @extend_schema(
        operation_id="auth_startPhone",
        summary="Send a code to a phone",
        description="Answers the same for known, unknown and taken numbers. `verify` "
        "and `change` need a sign-in and a recent confirmation of the identity. "
        "`confirm` sends to the caller's own number.",
        responses={202: StartedSerializer},
        extensions=error_codes(
            s400=["phone_invalid", "phone_not_supported"],
            s401=["not_authenticated"],
            s403=["confirmation_required"],
            s409=["no_phone"],
            s503=["sms_unavailable"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="phone/start")
    def start(self, request: Request) -> Response:
        """Send a code of six digits, valid for ten minutes."""
        given = self.validated_input()
        user = request.user if request.user.is_authenticated else None
        if given["purpose"] in LINKING and user is not None and has_sign_in(user):
            # A number signs in: who has a stolen token must not add theirs. Who has
            # lost a number and has nothing else could confirm by nothing.
            require_recent(cast(SignedInRequest, request))
        started = services.start(**given, user=user, device=device_of(request))
        return Response(StartedSerializer(started).data, status=202)

    @extend_schema(
        operation_id="auth_verifyPhone",
        summary="Sign in or register by phone",
        description="Answers as a sign-in does. A new person may give a username and "
        "names. `proof_required`: the number was not used for half a year; repeat the "
        "call with the `password`, with an e-mail code, or with `new_account`. With a "
        "second factor a right code answers 403 `second_factor_required`, as `login` "
        "does.",
        auth=[],
        responses={200: SIGNED_IN, 201: SIGNED_IN},
        extensions=error_codes(
            **CODE_ERRORS,
            s403=["suspended", "proof_required", "second_factor_required"],
            s409=["username_taken"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="phone/verify")
    def verify(self, request: Request) -> Response:
        """Check the code, and sign in whoever the number belongs to."""
        given, device = self.validated_input(), device_of(request)
        fields = {"language": get_language() or settings.LANGUAGE_CODE}
        user, is_new = sign_in.verify(**fields | given, device=device)
        checking.require(user, "", device)
        message = _("Welcome!") if is_new else _("You are signed in.")
        return signed_in_response(
            self,
            user,
            message,
            method=Session.Method.PHONE,
            is_new=is_new,
            is_new_user=is_new,
        )

    @extend_schema(
        operation_id="auth_linkPhone",
        summary="Verify the caller's phone",
        description="The number belongs to the caller from then on. An account that "
        "had it before loses it.",
        extensions=error_codes(**CODE_ERRORS, s409=["phone_taken"]),
    )
    @action(detail=False, methods=["post"], url_path="phone/link")
    def link(self, request: SignedInRequest) -> Response:
        """Check the code, and store the number as verified."""
        challenge = services.check(**self.validated_input(), user=request.user)
        user = services.link(request.user, challenge, device=device_of(request))
        return self.write_response(_("Your phone number is verified."), user)

    @extend_schema(
        operation_id="auth_removePhone",
        summary="Remove the caller's phone",
        extensions=error_codes(
            s403=["confirmation_required"], s409=["no_phone", "last_sign_in_method"]
        ),
    )
    @action(detail=False, methods=["delete"], url_path="phone")
    def remove(self, request: SignedInRequest) -> Response:
        """Remove the number; signing in by it is no longer possible."""
        require_recent(request)
        user = services.remove(request.user, device=device_of(request))
        return self.write_response(_("Your phone number is removed."), user)
