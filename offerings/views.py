"""Viewsets of offerings."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.transitions import with_transitions
from core.db import shared_queries
from items.viewsets import ContentViewSet
from offerings import examples, services
from offerings.filters import OfferingFilter
from offerings.models import Offering
from offerings.serializers import (
    ContactInput,
    OfferingDetailSerializer,
    OfferingInput,
    OfferingSerializer,
)
from offerings.workflow import OFFERING_WORKFLOW

CONTACTED = inline_serializer(
    "OfferingContacted",
    {
        "message": serializers.CharField(),
        "conversation_id": serializers.IntegerField(),
    },
)


@extend_schema_view(
    list=extend_schema(
        operation_id="offerings_listOfferings",
        summary="List offerings",
        description="The newest first; the nearest first around a point.",
    ),
    retrieve=extend_schema(summary="Get an offering"),
    create=extend_schema(summary="Create an offering"),
    update=extend_schema(summary="Update an offering"),
    partial_update=extend_schema(summary="Update an offering"),
)
@with_transitions(OFFERING_WORKFLOW)
class OfferingViewSet(ContentViewSet):
    """Offerings."""

    queryset = Offering.objects.for_display().newest_first()
    serializer_class = OfferingDetailSerializer
    list_serializer_class = OfferingSerializer
    filterset_class = OfferingFilter
    list_key = "offerings"
    input_serializers = {
        "create": OfferingInput,
        "update": OfferingInput,
        "partial_update": OfferingInput,
        "contact": ContactInput,
    }
    examples = examples.EXAMPLES
    object_key = "offering"
    edit = staticmethod(services.edit)
    created_message = _("The service is published.")
    updated_message = _("The service is saved.")

    @extend_schema(summary="Delete an offering")
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        OFFERING_WORKFLOW.run("delete", self.get_object(), actor=request.user)
        return Response({"message": _("The service is deleted.")})

    @extend_schema(
        operation_id="offerings_listOwnOfferings",
        summary="List the caller's offerings",
        description="The newest first, in all statuses.",
    )
    @action(detail=False, list_key="offerings", pagination_class=PersonalPages)
    def my(self, request: SignedInRequest) -> Response:
        """List the caller's offerings."""
        found = shared_queries.results(
            "offerings.my", self.queryset.all().owned_by, user=request.user
        )
        return self.list_response(found)

    @extend_schema(
        operation_id="offerings_contactCreator",
        summary="Contact the creator of an offering",
        responses={201: CONTACTED},
        extensions=error_codes(
            s403=["blocked"], s409=["unreachable"], s429=["too_many_conversations"]
        ),
    )
    @action(detail=True, methods=["post"])
    def contact(self, request: SignedInRequest, pk: str) -> Response:
        """An empty message opens the conversation and sends nothing."""
        conversation = services.contact(
            self.get_object(), actor=request.user, **self.validated_input()
        )
        answer = {"message": _("Sent."), "conversation_id": conversation.pk}
        return Response(answer, status=201)
