"""Viewsets of listings."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from core.addresses import client_network
from core.api.transitions import with_transitions
from items.viewsets import ContentViewSet
from listings import examples, services
from listings.filters import ListingFilter, known_statuses
from listings.models import Listing
from listings.serializers import (
    ListingChange,
    ListingDetailSerializer,
    ListingInput,
    ListingSerializer,
)
from listings.workflow import LISTING_WORKFLOW


@extend_schema_view(
    list=extend_schema(
        operation_id="listings_listListings",
        summary="List listings",
        description="The newest first; the nearest first around a point.",
    ),
    retrieve=extend_schema(
        summary="Get a listing", description="Adds one to `views_count`."
    ),
    create=extend_schema(summary="Create a listing"),
    update=extend_schema(summary="Update a listing"),
    partial_update=extend_schema(summary="Update a listing"),
)
@with_transitions(LISTING_WORKFLOW)
class ListingViewSet(ContentViewSet):
    """Listings."""

    queryset = Listing.objects.for_display().newest_first()
    serializer_class = ListingDetailSerializer
    list_serializer_class = ListingSerializer
    filterset_class = ListingFilter
    uncacheable = frozenset({"retrieve"})  # each view is counted
    input_serializers = {
        "create": ListingInput,
        "update": ListingChange,
        "partial_update": ListingChange,
    }
    examples = examples.EXAMPLES
    object_key = "listing"
    edit = staticmethod(services.edit)
    created_message = _("The listing is published.")
    updated_message = _("The listing is saved.")

    def retrieve(self, request: Request, pk: str) -> Response:
        listing = self.get_object()
        reader = str(request.user.pk or client_network(request))
        if request.method == "GET":  # DRF answers HEAD by the same method
            services.count_view(listing, reader=reader)
        return Response(self.get_serializer(listing).data)

    @extend_schema(summary="Delete a listing")
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        LISTING_WORKFLOW.run("delete", self.get_object(), actor=request.user)
        return Response({"message": _("The listing is deleted.")})

    @extend_schema(
        operation_id="listings_listOwnListings",
        summary="List the caller's listings",
        description="The newest first, in all statuses unless `status` is given.",
        parameters=[
            OpenApiParameter("status", str, description="One, or several with commas.")
        ],
    )
    @action(detail=False, list_key="listings")
    def my(self, request: SignedInRequest) -> Response:
        """List the caller's listings."""
        mine = self.queryset.all().owned_by(request.user)
        if status := request.query_params.get("status"):
            mine = mine.in_status(known_statuses(status), viewer=request.user)
        return self.list_response(mine)
