"""Viewsets of sessions and of the security log."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.devices import device_of
from accounts.models import SecurityEvent, Session
from accounts.sessions import services
from accounts.sessions.serializers import SecurityEventSerializer, SessionSerializer
from core.api.pagination import PersonalPages
from core.api.schema import MESSAGE
from core.api.viewsets import ApiViewSet


class SessionViewSet(ApiViewSet):
    """The open sessions of the caller."""

    queryset = Session.objects.newest_first()
    serializer_class = SessionSerializer
    pagination_class = PersonalPages
    list_key = "sessions"

    @extend_schema(
        operation_id="auth_listSessions",
        summary="List the caller's open sessions",
        description="The newest first.",
    )
    def list(self, request: SignedInRequest) -> Response:
        """Answer where the caller is signed in."""
        return self.list_response(self.personal_results())

    @extend_schema(
        operation_id="auth_endSession",
        summary="Sign out of one session",
        responses={200: MESSAGE},
    )
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        """Its tokens are refused from now on."""
        services.end(request.user, int(pk), device=device_of(request))
        return Response({"message": _("The session has ended.")})


class SecurityLogViewSet(ApiViewSet):
    """What happened to the caller's account."""

    queryset = SecurityEvent.objects.newest_first()
    serializer_class = SecurityEventSerializer
    list_key = "events"

    @extend_schema(
        operation_id="auth_listSecurityEvents",
        summary="List sign-ins and changes of the caller's account",
        description="The newest first; also failed sign-ins.",
    )
    def list(self, request: SignedInRequest) -> Response:
        """Answer the security log."""
        return self.list_response(self.personal_results())
