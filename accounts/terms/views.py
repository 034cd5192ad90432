"""Viewsets of the terms."""

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import examples
from accounts.authentication import SignedInRequest
from accounts.models import User
from accounts.serializers import ProfileSerializer
from accounts.terms import services
from accounts.terms.serializers import TermsInput, TermsSerializer
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet

ACCEPTED = inline_serializer(
    "TermsAccepted",
    {"message": serializers.CharField(), "accepted_at": serializers.DateTimeField()},
)


class TermsViewSet(ApiViewSet):
    """The current version of the terms."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    pagination_class = None
    public_actions = frozenset({"list"})

    @extend_schema(
        operation_id="terms_getTerms",
        summary="Get the current version of the terms",
        responses={200: TermsSerializer},
    )
    def list(self, request: Request) -> Response:
        """Says where they can be read, and whether the caller has accepted them."""
        user = request.user
        accepted_at = services.accepted_at(user) if user.is_authenticated else None
        return Response(
            {
                "version": settings.TERMS_VERSION,
                "url": settings.TERMS_URL,
                "accepted_at": accepted_at,
            }
        )


class TermsAcceptanceViewSet(ApiViewSet):
    """Acceptance of the terms."""

    queryset = User.objects.all()
    serializer_class = ProfileSerializer
    input_serializers = {"terms": TermsInput}
    examples = examples.TERMS

    @extend_schema(
        operation_id="auth_acceptTerms",
        summary="Accept the current version of the terms",
        description="Idempotent.",
        responses={200: ACCEPTED},
        extensions=error_codes(s409=["terms_outdated"]),
    )
    @action(detail=False, methods=["post"])
    def terms(self, request: SignedInRequest) -> Response:
        """The version that was read has to be the current one."""
        at = services.accept(request.user, self.validated_input()["version"])
        return Response({"message": _("Thank you."), "accepted_at": at})
