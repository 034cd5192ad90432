"""Viewsets of accounts: sign-in and profile, public profiles, helpers."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import confirmation, erasure, examples, presence, services, tokens
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.filters import HelperFilter
from accounts.models import User
from accounts.serializers import (
    ErasureInput,
    HelperSerializer,
    LoginInput,
    PasswordInput,
    ProfileInput,
    ProfileSerializer,
    PublicUserSerializer,
    RefreshInput,
    RegisterInput,
    SignedInSerializer,
)
from core.api.schema import MESSAGE, error_codes
from core.api.viewsets import ApiViewSet, PublicList

PAIR = ("token", "access_token", "refresh")
TOKENS = inline_serializer("Tokens", {name: serializers.CharField() for name in PAIR})
CHANGED = inline_serializer(
    "PasswordChanged", {name: serializers.CharField() for name in ("message", *PAIR)}
)
LEAVING = inline_serializer(
    "AccountDeleted",
    {
        "message": serializers.CharField(),
        "keep_until": serializers.DateTimeField(
            help_text="Until then the account can be kept."
        ),
    },
)


class AuthViewSet(ApiViewSet):
    """Registration, sign-in and sign-out, password and own profile."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {
        "register": RegisterInput,
        "login": LoginInput,
        "refresh": RefreshInput,
        "password": PasswordInput,
        "update_profile": ProfileInput,
        "delete_profile": ErasureInput,
        "keep_profile": LoginInput,
    }
    public_actions = frozenset({"register", "login", "refresh", "keep_profile"})
    # Their answers have tokens, or end the one that asked.
    never_repeated = frozenset(
        {"login", "refresh", "logout", "password", "keep_profile"}
    )
    examples = examples.AUTH
    throttle_scopes = {"register": "register"}

    @extend_schema(
        operation_id="auth_register",
        summary="Register",
        description="Answers as a sign-in does.",
        auth=[],
        responses={201: SignedInSerializer},
        extensions=error_codes(s409=["taken", "username_taken", "email_taken"]),
    )
    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> Response:
        """Create an account and sign in."""
        fields = {"language": get_language() or settings.LANGUAGE_CODE}
        user = services.register(**fields | self.validated_input())
        return self._signed_in(user, _("Welcome!"), status=201)

    @extend_schema(
        operation_id="auth_signIn",
        summary="Sign in",
        auth=[],
        responses={200: SignedInSerializer},
        extensions=error_codes(
            s401=["bad_credentials"], s403=["suspended", "erasure_scheduled"]
        ),
    )
    @action(detail=False, methods=["post"])
    def login(self, request: Request) -> Response:
        """Answers new tokens and the profile."""
        user = services.sign_in(**self.validated_input(), device=device_of(request))
        return self._signed_in(user, _("You are signed in."))

    @extend_schema(
        operation_id="auth_refreshTokens",
        summary="Exchange a refresh token for new tokens",
        description="A refresh token works once; a second use ends the session, or "
        "within ten seconds answers the same device the same tokens.",
        auth=[],
        responses={200: TOKENS},
        extensions=error_codes(s401=["token_not_valid"]),
    )
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> Response:
        """Exchange a refresh token for new tokens."""
        return Response(
            tokens.refresh(self.validated_input()["refresh"], device_of(request))
        )

    @extend_schema(
        operation_id="auth_signOut",
        summary="Sign out",
        request=None,
        responses={200: MESSAGE},
    )
    @action(detail=False, methods=["post"])
    def logout(self, request: SignedInRequest) -> Response:
        """Ends the session: its access and refresh tokens are refused from now on."""
        tokens.sign_out(request.auth)
        return Response({"message": _("You are signed out.")})

    @extend_schema(
        operation_id="auth_changePassword",
        summary="Change the password",
        description="Ends all other sessions and answers new tokens.",
        responses={200: CHANGED},
        extensions=error_codes(s403=["bad_credentials"]),
    )
    @action(detail=False, methods=["post"])
    def password(self, request: SignedInRequest) -> Response:
        """Change the password and end the other sessions."""
        given = self.validated_input()
        pair = services.change_password(
            request.user,
            current=given["current_password"],
            new=given["new_password"],
            device=device_of(request),
        )
        return Response({"message": _("The password is changed."), **pair})

    @extend_schema(
        operation_id="auth_resendConfirmation",
        summary="Send the confirmation e-mail again",
        description="At most once a minute and five times a day.",
        request=None,
        responses={200: MESSAGE},
        extensions=error_codes(s409=["email_confirmed"]),
    )
    @action(detail=False, methods=["post"], url_path="resend-confirmation")
    def resend_confirmation(self, request: SignedInRequest) -> Response:
        """Send the link that confirms the e-mail address to it again."""
        confirmation.resend(request.user)
        return Response({"message": _("The e-mail is on its way.")})

    @extend_schema(operation_id="auth_getProfile", summary="Get the caller's profile")
    @action(detail=False, methods=["get"], pagination_class=None)
    def profile(self, request: SignedInRequest) -> Response:
        """Includes the private fields."""
        return Response(self.render(request.user))

    @extend_schema(
        summary="Update the caller's profile",
        description="Fields that are left out keep their values.",
    )
    @profile.mapping.patch
    @profile.mapping.put
    def update_profile(self, request: SignedInRequest) -> Response:
        """Change the given fields of the profile."""
        changes = self.validated_input(partial=True)
        user = services.update_profile(request.user, changes=changes)
        return self.write_response(_("Saved."), user)

    @extend_schema(
        operation_id="auth_deleteProfile",
        summary="Delete the caller's account",
        description="Body: `password`; it may be left out after a recent confirmation "
        "of the identity. The account is hidden at once and erased after a grace "
        "period; until `keep_until` it can be kept.",
        responses={200: LEAVING},
        extensions=error_codes(
            s403=["bad_credentials", "confirmation_required"], s409=["account_in_use"]
        ),
    )
    @profile.mapping.delete
    def delete_profile(self, request: SignedInRequest) -> Response:
        """Ends all sessions."""
        user = erasure.delete_account(request, **self.validated_input())
        return Response(
            {
                "message": _("Your account is deleted."),
                "keep_until": user.erasure_due_at,
            }
        )

    @extend_schema(
        operation_id="auth_keepProfile",
        summary="Keep an account that was deleted",
        description="During the grace period. Answers as a sign-in does.",
        auth=[],
        responses={200: SignedInSerializer},
        extensions=error_codes(
            s401=["bad_credentials"], s403=["suspended"], s409=["not_scheduled"]
        ),
    )
    @action(detail=False, methods=["post"], url_path="profile/keep")
    def keep_profile(self, request: Request) -> Response:
        """Restore the account with all that belongs to it."""
        device = device_of(request)
        user = services.find_leaving(**self.validated_input(), device=device)
        # What a sign-in asks for besides the password (a second factor) belongs here.
        erasure.keep(user, device=device)
        return self._signed_in(user, _("Your account is kept."))

    def _signed_in(self, user: User, message: str, *, status: int = 200) -> Response:
        pair = tokens.open_session(user, device_of(self.request))
        return self.write_response(message, user, status=status, **pair)


class UserViewSet(ApiViewSet):
    """Public profiles."""

    queryset = User.objects.for_display()
    serializer_class = PublicUserSerializer
    public_actions = frozenset({"retrieve"})

    def get_queryset(self) -> QuerySet[User]:
        return presence.annotate_hidden(super().get_queryset(), self.request.user)

    @extend_schema(operation_id="users_getUser", summary="Get a public profile")
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


@extend_schema_view(
    list=extend_schema(
        operation_id="helpers_listHelpers",
        summary="List people who offer help",
        description="The nearest first around a point, otherwise the best rated.",
    )
)
class HelperViewSet(PublicList, ApiViewSet):
    """Helpers: nearest first around a point, else best rated first."""

    queryset = User.objects.helpers().best_first()
    serializer_class = HelperSerializer
    filterset_class = HelperFilter
    list_key = "helpers"
    public_actions = frozenset({"list"})
