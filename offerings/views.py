"""Viewsets of offerings."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.pagination import PersonalPages
from core.api.transitions import with_transitions
from items.viewsets import ContentViewSet
from offerings import examples, services
from offerings.filters import OfferingFilter
from offerings.models import Offering
from offerings.serializers import ContactInput, OfferingInput, OfferingSerializer
from offerings.workflow import OFFERING_WORKFLOW

CONTACTED = inline_serializer(
    "OfferingContacted",
    {
        "message": serializers.CharField(),
        "conversation_id": serializers.IntegerField(),
    },
)


@extend_schema_view(
    list=extend_schema(summary="Services, nearest or newest first"),
    retrieve=extend_schema(summary="One service"),
    create=extend_schema(summary="Offer a service"),
    update=extend_schema(summary="Change a service"),
    partial_update=extend_schema(summary="Change a service (the same as PUT)"),
)
@with_transitions(OFFERING_WORKFLOW)
class OfferingViewSet(ContentViewSet):
    """Offerings."""

    queryset = Offering.objects.for_display().newest_first()
    serializer_class = OfferingSerializer
    filterset_class = OfferingFilter
    list_key = "offerings"
    input_serializers = {
        "create": OfferingInput,
        "update": OfferingInput,
        "partial_update": OfferingInput,
        "contact": ContactInput,
    }
    examples = {"create": examples.CREATE}
    object_key = "offering"
    edit = staticmethod(services.edit)
    created_message = _("The service is published.")
    updated_message = _("The service is saved.")

    @extend_schema(summary="Delete a service of one's own")
    def destroy(self, request, pk):
        OFFERING_WORKFLOW.run("delete", self.get_object(), actor=request.user)
        return Response({"message": _("The service is deleted.")})

    @extend_schema(summary="One's own services, newest first")
    @action(detail=False, list_key="offerings", pagination_class=PersonalPages)
    def my(self, request):
        return self.list_response(self.queryset.all().owned_by(request.user))

    @extend_schema(summary="Write to who offers a service", responses={201: CONTACTED})
    @action(detail=True, methods=["post"])
    def contact(self, request, pk):
        conversation = services.contact(
            self.get_object(), actor=request.user, **self.validated_input()
        )
        answer = {"message": _("Sent."), "conversation_id": conversation.pk}
        return Response(answer, status=201)
