"""The viewset of what people post: items and reviews."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.functional import Promise
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.lists import filtered_results
from core.api.pagination import Pages
from core.api.viewsets import ApiViewSet, PublicList
from core.db.results import ResultList
from items import services
from items.querysets import ContentQuerySet
from items.signals import search_found_nothing
from notifications.services import subject_type_of
from search.filters import SearchFilter


class ContentViewSet(PublicList, ApiViewSet):
    """Content that everybody may read and its owner alone may change.

    A list shows what everybody may see; one's own moderated rows are found by id and
    in `my`. PUT changes only the given fields, as PATCH does. A subclass sets `edit`,
    the service that changes a row.
    """

    public_actions = replicated = frozenset({"list", "retrieve"})
    created_message: str | Promise = ""
    updated_message: str | Promise = ""
    edit: Callable  # edit(obj, *, actor, **changes): set it as a staticmethod

    def rows_for(self, reader: Any) -> ContentQuerySet:
        if self.action == "list":
            return self.visible_rows()
        return super().rows_for(reader)

    @classmethod
    def visible_rows(cls) -> ContentQuerySet:
        """Return the rows that the list filters."""
        return cast(ContentQuerySet, cls.queryset.all()).visible()

    @classmethod
    def results_for(
        cls, viewer: User | AnonymousUser, query: Mapping[str, str]
    ) -> ResultList:
        """Return the rows of the list for `viewer` and the parameters `query`.

        Raises `ValidationError` (400) for parameters that the list refuses.
        """
        return filtered_results(cls.visible_rows(), cls.filterset_class, query, viewer)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        words = request.query_params.get("search")
        searches = issubclass(cast(type, self.filterset_class), SearchFilter)
        if words and searches and not cast(Pages, self.paginator).total:
            kind = subject_type_of(self.queryset.model)
            search_found_nothing.send(type(self), item_type=kind, query=words)
        return response

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        created = self.perform_create(self.validated_input())
        return self.write_response(self.created_message, created, status=201)

    def update(self, request: Request, pk: str) -> Response:
        obj = self.get_object()
        # Before the input is read: a stranger gets 403, whatever the body is. The
        # service checks it again with the row locked.
        services.check_owner(obj, cast(User, request.user))
        changed = self.perform_update(obj, self.validated_input(partial=True))
        return self.write_response(self.updated_message, changed)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk)

    def perform_create(self, fields: dict) -> Model:
        """Create a row from validated input; return it."""
        owner = cast(User, self.request.user)
        return services.post(self.queryset.model, owner=owner, fields=fields)

    def perform_update(self, obj: Any, changes: dict) -> Model:
        """Change a row by validated input; return it."""
        return self.edit(obj, actor=self.request.user, **changes)
