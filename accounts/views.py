"""Viewsets of accounts: sign-in and profile, public profiles, helpers."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import (
    confirmation,
    erasure,
    examples,
    presence,
    profile_sections,
    reauthentication,
    services,
    tokens,
)
from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.filters import HelperFilter
from accounts.models import Session, User
from accounts.registrations import services as registrations
from accounts.second_factor import checking
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
from accounts.sessions import services as sessions
from accounts.signed_in import signed_in_response
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

CONFIRMATION_SENT = inline_serializer(
    "ConfirmationSent",
    {
        "message": serializers.CharField(),
        "code": serializers.ChoiceField(choices=["confirmation_sent"]),
    },
)
SECTION = type(
    inline_serializer(
        "ProfileSection",
        {
            "items": serializers.ListField(child=serializers.DictField()),
            "total": serializers.IntegerField(),
            "url": serializers.CharField(help_text="Where the whole list is."),
        },
    )
)
SECTION_NAMES = ("reviews", "listings", "offerings", "tasks", "applications")
WHOLE_PROFILE = inline_serializer(
    "WholeProfile",
    {"profile": ProfileSerializer()} | {name: SECTION() for name in SECTION_NAMES},
)
ENDED = inline_serializer(
    "SessionsEnded",
    {"message": serializers.CharField(), "ended": serializers.IntegerField()},
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
        {"login", "refresh", "logout", "logout_everywhere", "password", "keep_profile"}
    )
    examples = examples.AUTH
    throttle_scopes = {"register": "register"}

    @extend_schema(
        operation_id="auth_register",
        summary="Register",
        description="Answers as a sign-in does. Where the site asks for confirmed "
        "addresses, it answers 202 instead, whether the address has an account or not, "
        "and the account begins with the link in the e-mail.",
        auth=[],
        responses={201: SignedInSerializer, 202: CONFIRMATION_SENT},
        extensions=error_codes(s409=["taken", "username_taken", "email_taken"]),
    )
    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> Response:
        """Create an account and sign in."""
        fields = {"language": get_language() or settings.LANGUAGE_CODE}
        fields |= self.validated_input()
        if registrations.is_deferred():
            registrations.begin(**fields, device=device_of(request))
            sentence = _("Please open the link that we have sent to your address.")
            answer = {"message": sentence, "code": "confirmation_sent"}
            return Response(answer, status=202)
        user = services.register(**fields)
        method = Session.Method.PASSWORD
        message = _("Welcome!")
        return signed_in_response(self, user, message, method=method, is_new=True)

    @extend_schema(
        operation_id="auth_signIn",
        summary="Sign in",
        auth=[],
        responses={200: SignedInSerializer},
        description="With a second factor, a right password without a `code` answers "
        "403 `second_factor_required` with `challenge` and `methods`.",
        extensions=error_codes(
            s400=["code_wrong"],
            s401=["bad_credentials"],
            s403=["suspended", "second_factor_required", "erasure_scheduled"],
        ),
    )
    @action(detail=False, methods=["post"])
    def login(self, request: Request) -> Response:
        """Answers new tokens and the profile."""
        given, device = self.validated_input(), device_of(request)
        code = given.pop("code", "")
        user = services.sign_in(**given, device=device)
        method = checking.require(user, code, device)
        return signed_in_response(self, user, _("You are signed in."), method=method)

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
        sessions.sign_out(request.user, request.auth, device=device_of(request))
        return Response({"message": _("You are signed out.")})

    @extend_schema(
        operation_id="auth_signOutEverywhere",
        summary="Sign out everywhere",
        request=None,
        responses={200: ENDED},
    )
    @action(detail=False, methods=["post"], url_path="logout-everywhere")
    def logout_everywhere(self, request: SignedInRequest) -> Response:
        """Ends all sessions of the caller, also this one."""
        ended = sessions.end_all(request.user, device=device_of(request))
        return Response(
            {"message": _("You are signed out everywhere."), "ended": ended}
        )

    @extend_schema(
        operation_id="auth_changePassword",
        summary="Change the password",
        description="Ends all other sessions and answers new tokens. With a second "
        "factor it needs a recent confirmation by it as well.",
        responses={200: CHANGED},
        extensions=error_codes(s403=["bad_credentials", "confirmation_required"]),
    )
    @action(detail=False, methods=["post"])
    def password(self, request: SignedInRequest) -> Response:
        """Change the password and end the other sessions."""
        given = self.validated_input()
        method = reauthentication.require_more_than_password(request)
        pair = services.change_password(
            request.user,
            current=given["current_password"],
            new=given["new_password"],
            device=device_of(request),
            method=method,
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
        # Not `render`, which loads the row again: the check of the token has done so.
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        operation_id="auth_getWholeProfile",
        summary="Get the caller's profile with the first rows of its lists",
        description="Of each list ten rows, their number and where all of them are.",
        responses={200: WHOLE_PROFILE},
    )
    @action(
        detail=False, methods=["get"], url_path="profile/full", pagination_class=None
    )
    def full_profile(self, request: SignedInRequest) -> Response:
        """Reviews, listings, offerings, tasks and applications."""
        context = self.get_serializer_context()
        sections = profile_sections.render(request.user, context)
        profile = self.get_serializer(request.user).data
        return Response({"profile": profile, **sections})

    @extend_schema(
        summary="Update the caller's profile",
        description="Fields that are left out keep their values. A trader gives all "
        "details, and `certified`. Another phone in place of a verified one needs a "
        "recent confirmation of the identity.",
        extensions=error_codes(
            s400=["trader_incomplete"],
            s403=["confirmation_required"],
            s409=["last_sign_in_method"],
        ),
    )
    @profile.mapping.patch
    @profile.mapping.put
    def update_profile(self, request: SignedInRequest) -> Response:
        """Change the given fields of the profile."""
        changes = self.validated_input(partial=True)
        if services.loses_number(request.user, changes):
            reauthentication.require_recent(request)
        user = services.update_profile(request.user, changes=changes)
        return self.write_response(_("Saved."), user)

    @extend_schema(
        operation_id="auth_deleteProfile",
        summary="Delete the caller's account",
        description="Body: `password`; it may be left out after a recent confirmation "
        "of the identity. With a second factor that is needed in any case, by the "
        "factor. The account is hidden at once and erased after a grace "
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
            s400=["code_wrong"],
            s401=["bad_credentials"],
            s403=["suspended", "second_factor_required"],
            s409=["not_scheduled"],
        ),
    )
    @action(detail=False, methods=["post"], url_path="profile/keep")
    def keep_profile(self, request: Request) -> Response:
        """Restore the account with all that belongs to it."""
        given, device = self.validated_input(), device_of(request)
        code = given.pop("code", "")
        user = services.find_leaving(**given, device=device)
        method = checking.require(user, code, device)
        user = erasure.keep(user, device=device)
        message = _("Your account is kept.")
        return signed_in_response(self, user, message, method=method)


class UserViewSet(ApiViewSet):
    """Public profiles."""

    queryset = User.objects.for_display()
    serializer_class = PublicUserSerializer
    public_actions = frozenset({"retrieve"})

    def rows_for(self, reader: Any) -> QuerySet[User]:
        return presence.annotate_hidden(super().rows_for(reader), reader)

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
