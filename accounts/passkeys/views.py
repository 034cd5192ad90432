"""Passkeys of the caller, and the sign-in with one: `/api/auth/passkeys…`."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples, reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import Passkey, Session, User
from accounts.passkeys import services
from accounts.passkeys.serializers import (
    NewPasskeyInput,
    OptionsSerializer,
    PasskeySerializer,
    PasskeySignInInput,
)
from accounts.serializers import ProfileSerializer, SignedInSerializer
from accounts.signed_in import signed_in_response
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet


@extend_schema_view(
    list=extend_schema(
        operation_id="auth_listPasskeys", summary="List the passkeys of the caller"
    )
)
class PasskeyViewSet(ApiViewSet):
    """Passkeys of the caller."""

    queryset = Passkey.objects.newest_first()
    serializer_class = PasskeySerializer
    object_key = "passkey"
    list_key = "passkeys"
    input_serializers = {"create": NewPasskeyInput}
    # A challenge is answered once.
    never_repeated = frozenset({"create", "begin", "confirm_options"})
    examples = examples.PASSKEYS

    def list(self, request: SignedInRequest) -> Response:
        """The newest first."""
        return self.list_response(self.personal_results())

    @extend_schema(
        operation_id="auth_startPasskey",
        summary="Start to register a passkey",
        description="Needs a recent confirmation. The challenge is for ten minutes.",
        request=None,
        responses={200: OptionsSerializer},
        extensions=error_codes(
            s403=["confirmation_required"], s409=["too_many_passkeys"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="options")
    def begin(self, request: SignedInRequest) -> Response:
        """Answers a challenge and the options of `navigator.credentials.create`."""
        reauthentication.require_recent(request)
        return Response(services.begin_adding(request.user, device_of(request)))

    @extend_schema(
        operation_id="auth_registerPasskey",
        summary="Register a passkey",
        extensions=error_codes(
            s400=["code_expired", "passkey_refused"],
            s409=["too_many_passkeys", "passkey_exists"],
        ),
    )
    def create(self, request: SignedInRequest) -> Response:
        """Takes what the browser answered to the options."""
        given = self.validated_input()
        passkey = services.add(
            request.user,
            given["challenge"],
            given["credential"],
            given.get("name", ""),
            device_of(request),
        )
        return self.write_response(_("The passkey is added."), passkey, status=201)

    @extend_schema(
        operation_id="auth_deletePasskey",
        summary="Delete a passkey",
        description="Needs a recent confirmation. Ends all other sessions.",
        extensions=error_codes(
            s403=["confirmation_required"], s409=["last_sign_in_method"]
        ),
    )
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        """The authenticator keeps its half, which is useless from now on."""
        passkey = self.get_object()
        session = reauthentication.require_recent(request)
        services.remove(passkey, device_of(request), session)
        return Response({"message": _("The passkey is removed.")})

    @extend_schema(
        operation_id="auth_startPasskeyConfirmation",
        summary="Start to confirm the identity with a passkey",
        description="For `POST /api/auth/confirm-identity`.",
        request=None,
        responses={200: OptionsSerializer},
        extensions=error_codes(s409=["passkey_missing"]),
    )
    @action(detail=False, methods=["post"], url_path="confirm-options")
    def confirm_options(self, request: SignedInRequest) -> Response:
        """Answers a challenge and the options of `navigator.credentials.get`."""
        return Response(services.begin_confirming(request.user, device_of(request)))


class PasskeySignInViewSet(ApiViewSet):
    """`POST /api/auth/passkeys/sign-in`."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {"sign_in": PasskeySignInInput}
    public_actions = frozenset({"sign_in"})
    never_repeated = frozenset({"sign_in"})
    examples = examples.PASSKEYS

    @extend_schema(
        operation_id="auth_signInWithPasskey",
        summary="Sign in with a passkey",
        description="Without a body it answers `challenge` and `options`. With "
        "`challenge` and `credential` it answers as a sign-in does: a passkey needs no "
        "password and no code.",
        auth=[],
        responses={
            200: PolymorphicProxySerializer(
                "PasskeySignIn",
                [OptionsSerializer, SignedInSerializer],
                resource_type_field_name=None,
            )
        },
        extensions=error_codes(
            s400=["code_expired"], s401=["bad_credentials"], s403=["suspended"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="passkeys/sign-in")
    def sign_in(self, request: Request) -> Response:
        """In two steps: the challenge, then its answer."""
        given, device = self.validated_input(), device_of(request)
        if not given:
            return Response(services.begin_sign_in(device))
        user = services.sign_in(given["challenge"], given["credential"], device)
        message = _("You are signed in.")
        return signed_in_response(self, user, message, method=Session.Method.PASSKEY)
