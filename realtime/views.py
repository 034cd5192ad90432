"""The ticket that opens a socket connection."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import User
from core.api.viewsets import ApiViewSet
from realtime import services
from realtime.serializers import TicketSerializer


class TicketViewSet(ApiViewSet):
    """`POST /api/auth/ws-ticket`."""

    queryset = User.objects.all()
    never_repeated = frozenset({"ws_ticket"})  # a ticket works once

    @extend_schema(
        operation_id="auth_createSocketTicket",
        summary="Create a ticket for one WebSocket",
        description="Connect to `/ws?ticket=…`, or send the ticket in the first frame.",
        request=None,
        responses=TicketSerializer,
    )
    @action(detail=False, methods=["post"], url_path="ws-ticket")
    def ws_ticket(self, request):
        ticket = services.issue_ticket(request.auth)
        data = {"ticket": ticket, "expires_in": services.TICKET_LIFETIME_S}
        return Response(data)
