"""Viewset of signing in with another service."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples, reauthentication
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import User
from accounts.serializers import ProfileSerializer
from accounts.signed_in import signed_in_response
from accounts.social import services
from accounts.social.serializers import (
    SocialInput,
    SocialSignedInSerializer,
    SocialTokenInput,
)
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet


class SocialViewSet(ApiViewSet):
    """Google and Apple."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {"social": SocialInput, "link": SocialTokenInput}
    public_actions = frozenset({"social"})
    never_repeated = frozenset({"social", "link"})
    examples = examples.SOCIAL

    @extend_schema(
        operation_id="auth_signInWithService",
        summary="Sign in with Google or Apple",
        description="Send the provider's ID token with the nonce for which it was "
        "issued. A new person gets an account (201). If an account has the address, "
        "the answer is 403 `link_confirmation_required` with a `challenge` and "
        "`methods`: send the challenge with the password or a code.",
        auth=[],
        responses={200: SocialSignedInSerializer, 201: SocialSignedInSerializer},
        extensions=error_codes(
            s400=["id_token_invalid", "code_expired", "code_wrong"],
            s403=[
                "provider_off",
                "suspended",
                "link_confirmation_required",
                "second_factor_required",
            ],
            s409=["taken", "email_taken", "social_linked"],
            s429=["code_burned"],
            s503=["provider_unavailable"],
        ),
    )
    @action(detail=False, methods=["post"])
    def social(self, request: Request) -> Response:
        """Answers as a sign-in does."""
        given, device = self.validated_input(), device_of(request)
        if key := given.get("challenge"):
            proof = {name: given.get(name, "") for name in ("password", "code")}
            signed_in = services.complete_link(key, **proof, device=device)
        else:
            token = (given["provider"], given["id_token"], given["nonce"])
            language = get_language() or settings.LANGUAGE_CODE
            signed_in = services.sign_in(
                services.verify(*token), device=device, language=language
            )
        user, method, is_new = signed_in
        message = _("Welcome!") if is_new else _("You are signed in.")
        return signed_in_response(
            self, user, message, method=method, is_new=is_new, is_new_user=is_new
        )

    @extend_schema(
        operation_id="auth_linkService",
        summary="Activate sign-in with Google or Apple",
        description="Needs a recent confirmation of the identity.",
        responses={200: MESSAGE},
        extensions=error_codes(
            s400=["id_token_invalid"],
            s403=["confirmation_required", "provider_off"],
            s409=["social_linked"],
            s503=["provider_unavailable"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="social/link")
    def link(self, request: SignedInRequest) -> Response:
        """Link the account of the token to that of the caller."""
        reauthentication.require_recent(request)
        identity = services.verify(**self.validated_input())
        services.link(request.user, identity, device=device_of(request))
        return Response({"message": _("The service is linked.")})

    @extend_schema(
        operation_id="auth_unlinkService",
        summary="Withdraw sign-in with Google or Apple",
        description="Needs a recent confirmation of the identity, and another way to "
        "sign in.",
        responses={200: MESSAGE},
        extensions=error_codes(
            s403=["confirmation_required"], s409=["last_sign_in_method"]
        ),
    )
    @action(
        detail=False, methods=["delete"], url_path="social/(?P<provider>google|apple)"
    )
    def unlink(self, request: SignedInRequest, provider: str) -> Response:
        """Unlink the account of this provider."""
        reauthentication.require_recent(request)
        services.unlink(request.user, provider, device=device_of(request))
        return Response({"message": _("The service is unlinked.")})
