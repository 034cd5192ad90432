"""`GET /api/auth/trust`."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import User
from core.api.viewsets import ApiViewSet
from rules import examples, trust
from rules.serializers import TrustSerializer


class TrustViewSet(ApiViewSet):
    """The caller's own level of trust."""

    queryset = User.objects.all()
    examples = examples.TRUST

    @extend_schema(
        operation_id="auth_getTrust",
        summary="Get the caller's level of trust and limits",
        description="The level, from 0 to 3, follows from the age of the account, what "
        "is verified, and completed deals. The limits are those of 24 hours.",
        responses={200: TrustSerializer},
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def trust(self, request: SignedInRequest) -> Response:
        """What is left today, and how to get further."""
        person, now = request.user, timezone.now()
        answer = {
            "level": trust.level_of(person, at=now),
            "limits": trust.limits_of(person, at=now),
            "used": trust.used_by(person, at=now),
            "next": trust.needed(person, at=now),
        }
        return Response(TrustSerializer(answer).data)
