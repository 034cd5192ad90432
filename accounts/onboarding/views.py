"""Viewset of the first steps of an account."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples, reauthentication
from accounts.authentication import SignedInRequest
from accounts.models import User
from accounts.onboarding import services
from accounts.onboarding.serializers import RegistrationInput, UsernameSerializer
from accounts.registrations import usernames
from accounts.serializers import ProfileSerializer
from accounts.services import loses_number
from core.api.schema import error_codes
from core.api.throttling import check_scope
from core.api.viewsets import ApiViewSet


class OnboardingViewSet(ApiViewSet):
    """A free username, and the rest of the registration."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    object_key = "user"
    input_serializers = {"complete_registration": RegistrationInput}
    public_actions = frozenset({"check_username"})
    uncacheable = frozenset({"check_username"})
    examples = examples.ONBOARDING

    @extend_schema(
        operation_id="auth_checkUsername",
        summary="Check whether a username is free",
        description="`reason` says why not: `taken`, `invalid` or `reserved`.",
        responses={200: UsernameSerializer},
        extensions=error_codes(s429=[]),
    )
    @action(
        detail=False,
        methods=["get"],
        url_path="check-username/(?P<username>[^/]{1,100})",
        pagination_class=None,
    )
    def check_username(self, request: Request, username: str) -> Response:
        """At most 60 times a minute."""
        check_scope("usernames", request)
        problem = usernames.problem_with(username)
        return Response({"available": problem is None, "reason": problem})

    @extend_schema(
        operation_id="auth_completeRegistration",
        summary="Update the profile at the end of the registration",
        description="Once. The username can be chosen if `username_derived`.",
        extensions=error_codes(
            s400=["trader_incomplete"],
            s403=["confirmation_required"],
            s409=[
                "registration_completed",
                "taken",
                "username_taken",
                "last_sign_in_method",
            ],
        ),
    )
    @action(detail=False, methods=["put"], url_path="complete-registration")
    def complete_registration(self, request: SignedInRequest) -> Response:
        """Fields that are left out keep their values."""
        changes = self.validated_input(partial=True)
        if loses_number(request.user, changes):
            reauthentication.require_recent(request)
        user = services.complete(request.user, changes=changes)
        return self.write_response(_("Saved."), user)
