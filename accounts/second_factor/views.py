"""The second factor of the caller: `/api/auth/2fa/…`."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples, reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import Session, User
from accounts.second_factor import checking, services
from accounts.second_factor.serializers import (
    CodeInput,
    RecoveryCodesSerializer,
    SetupSerializer,
    StatusSerializer,
    VerifyInput,
)
from accounts.serializers import ProfileSerializer, SignedInSerializer
from accounts.signed_in import signed_in_response
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet


class SecondFactorViewSet(ApiViewSet):
    """Authenticator app and recovery codes."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {"enable": CodeInput, "verify": VerifyInput}
    public_actions = frozenset({"verify"})
    # Their answers have secrets that are shown once, or a code in them works once.
    never_repeated = frozenset(
        {"set_up", "enable", "disable", "backup_codes", "verify"}
    )
    examples = examples.SECOND_FACTOR

    @extend_schema(
        operation_id="auth_getSecondFactor",
        summary="Get the state of the second factor",
        responses={200: StatusSerializer},
    )
    @action(detail=False, methods=["get"], url_path="2fa/status", pagination_class=None)
    def state(self, request: SignedInRequest) -> Response:
        """Whether it is enabled, since when, and how many recovery codes are left."""
        return Response(StatusSerializer(services.status(request.user)).data)

    @extend_schema(
        operation_id="auth_setUpSecondFactor",
        summary="Set up an authenticator app",
        description="It counts once it is confirmed by a code. Needs a recent "
        "confirmation.",
        request=None,
        responses={200: SetupSerializer},
        extensions=error_codes(
            s403=["confirmation_required"], s409=["second_factor_enabled"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="2fa/setup")
    def set_up(self, request: SignedInRequest) -> Response:
        """Answers a new secret; an earlier one that was not confirmed is void."""
        reauthentication.require_recent(request)
        answer = services.set_up(request.user)._asdict()
        sentence = _("Scan the code with your app, then enter what it shows.")
        return Response({"message": sentence} | answer)

    @extend_schema(
        operation_id="auth_enableSecondFactor",
        summary="Enable the second factor",
        responses={200: RecoveryCodesSerializer},
        extensions=error_codes(
            s400=["code_wrong"], s409=["second_factor_enabled", "second_factor_missing"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="2fa/enable")
    def enable(self, request: SignedInRequest) -> Response:
        """Answers ten recovery codes, which are not shown again."""
        session = reauthentication.session_of(request)
        code = self.validated_input()["code"]
        codes = services.enable(request.user, code, device_of(request), session)
        return self._codes(_("Two-step sign-in is on."), codes)

    @extend_schema(
        operation_id="auth_disableSecondFactor",
        summary="Disable the second factor",
        description="Needs a recent confirmation by the factor or a passkey. Ends all "
        "other sessions.",
        request=None,
        responses={200: MESSAGE},
        extensions=error_codes(
            s403=["confirmation_required"], s409=["second_factor_missing"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="2fa/disable")
    def disable(self, request: SignedInRequest) -> Response:
        """Removes the app and the recovery codes."""
        services.require_enabled(request.user)
        session = reauthentication.require_recent(request, by_factor=True)
        services.disable(request.user, device_of(request), session)
        return Response({"message": _("Two-step sign-in is off.")})

    @extend_schema(
        operation_id="auth_createRecoveryCodes",
        summary="Create new recovery codes",
        description="Needs a recent confirmation by the factor or a passkey.",
        request=None,
        responses={200: RecoveryCodesSerializer},
        extensions=error_codes(
            s403=["confirmation_required"], s409=["second_factor_missing"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="2fa/backup-codes")
    def backup_codes(self, request: SignedInRequest) -> Response:
        """Answers ten new codes; the old ones are void."""
        services.require_enabled(request.user)
        reauthentication.require_recent(request, by_factor=True)
        codes = services.replace_recovery_codes(request.user, device_of(request))
        return self._codes(_("These are your new recovery codes."), codes)

    @extend_schema(
        operation_id="auth_verifySecondFactor",
        summary="Complete a sign-in with a code",
        description="Answers as a sign-in does. A challenge takes five attempts in ten "
        "minutes.",
        auth=[],
        responses={200: SignedInSerializer},
        extensions=error_codes(
            s400=["code_wrong", "code_expired"],
            s403=["suspended"],
            s429=["code_burned"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="2fa/verify")
    def verify(self, request: Request) -> Response:
        """Takes the `challenge` of the refused `login`."""
        given = self.validated_input()
        key, code = given["challenge"], given["code"]
        user = checking.verify(key, code, device_of(request))
        message = _("You are signed in.")
        return signed_in_response(self, user, message, method=Session.Method.CODE)

    def _codes(self, message: str, codes: list[str]) -> Response:
        return Response({"message": message, "recovery_codes": codes})
