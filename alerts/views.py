"""Viewsets of saved searches."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from alerts import examples, services
from alerts.models import SavedSearch
from alerts.serializers import (
    SavedSearchChange,
    SavedSearchInput,
    SavedSearchSerializer,
)
from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet, PersonalList


class SavedSearchViewSet(PersonalList, ApiViewSet):
    """Queries of the lists that run again for the person who saved them."""

    queryset = SavedSearch.objects.for_display().newest_first()
    serializer_class = SavedSearchSerializer
    pagination_class = PersonalPages
    list_key = "saved_searches"
    object_key = "saved_search"
    input_serializers = {
        "create": SavedSearchInput,
        "partial_update": SavedSearchChange,
    }
    examples = {"create": examples.CREATE, "partial_update": examples.UPDATE}

    @extend_schema(
        operation_id="savedSearches_listSavedSearches",
        summary="List the caller's saved searches",
        description="The newest first.",
    )
    def list(self, request):
        return super().list(request)

    @extend_schema(summary="Get a saved search")
    def retrieve(self, request, pk):
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Create a saved search",
        description="Notifies of new results. `query` is what `GET /api/<kind>` takes.",
        extensions=error_codes(s409=["too_many_searches", "saved_already"]),
    )
    def create(self, request):
        search = services.save(request.user, **self.validated_input())
        return self.write_response(_("The search is saved."), search, status=201)

    @extend_schema(
        summary="Update a saved search",
        description="Its name, its query or the frequency of its notifications.",
        extensions=error_codes(s409=["saved_already"]),
    )
    def partial_update(self, request, pk):
        changes = self.validated_input(partial=True)
        search = services.change(self.get_object(), **changes)
        return self.write_response(_("The search is saved."), search)

    @extend_schema(summary="Delete a saved search")
    def destroy(self, request, pk):
        services.delete(self.get_object())
        return Response({"message": _("The search is deleted.")})
