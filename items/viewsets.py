"""The viewset that listings, tasks and offerings share."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from rest_framework.response import Response

from core.api.lists import filtered_results
from core.api.viewsets import ApiViewSet, PublicList
from core.db.results import ResultList
from core.exceptions import NotAllowed


class ContentViewSet(PublicList, ApiViewSet):
    """Something people post: public to read, changed by its owner alone.

    Lists show what everybody may see; one's own hidden things are in `my` and by id.
    A subclass says how to `perform_create` and `perform_update`. PUT too changes only
    what is given.
    """

    public_actions = frozenset({"list", "retrieve"})
    created_message = edited = ""  # the messages of both

    def get_queryset(self):
        if self.action == "list":
            return self.open_rows()
        return super().get_queryset()

    @classmethod
    def open_rows(cls):
        """What the list chooses from."""
        return cls.queryset.all().visible()

    @classmethod
    def listed_for(cls, reader, query: Mapping[str, str]) -> ResultList:
        """The rows that the list shows `reader` when it is asked `query`."""
        return filtered_results(cls.open_rows(), cls.filterset_class, query, reader)

    def retrieve(self, request, pk):
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request):
        return self.write_response(
            self.created_message,
            self.perform_create(self.validated_input()),
            status=201,
        )

    def update(self, request, pk):
        obj = self.get_object()
        refuse_strangers(obj, request.user)
        changes = self.validated_input(partial=True)
        return self.write_response(
            self.updated_message, self.perform_update(obj, changes)
        )

    def partial_update(self, request, pk):
        return self.update(request, pk)

    def perform_create(self, fields: dict):
        raise NotImplementedError

    def perform_update(self, obj, changes: dict):
        raise NotImplementedError


def refuse_strangers(obj, user) -> None:
    """403 before anything is said about the input; the service checks once more."""
    owner_field = type(obj).objects.all().owner_field
    if getattr(obj, f"{owner_field}_id") != user.pk:
        raise NotAllowed(_("Only its owner may change this."))
