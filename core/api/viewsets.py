"""The base viewset: visibility, permissions, input, output and lists of the API."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django_filters import FilterSet
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import (
    SAFE_METHODS,
    AllowAny,
    BasePermission,
    IsAuthenticated,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from core.addresses import client_network
from core.api.lists import filtered_results
from core.api.output import Output
from core.api.pagination import CURSOR, PAGE, PER_PAGE
from core.api.throttling import check_scope
from core.db import replica, shared_queries
from core.db.prepared import cached_results
from core.db.results import ResultList

PAGING = {PAGE, PER_PAGE, CURSOR}
MAX_CACHED_QUERY_CHARS = 500  # of a query string: longer ones would fill the memory


class _OptionalAuthentication(Protocol):
    optional: bool  # whether an invalid token counts as none


class _VisibleRows(Protocol):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> QuerySet[Any]: ...


class _Movable(Protocol):
    """A list of the rows around a point."""

    def at(self, latitude: float, longitude: float, km: float) -> ResultList: ...


class ApiViewSet(GenericViewSet):
    """Shows rows with `serializer_class`; reads input with `input_serializers[action]`.

    Every request starts from `queryset.visible_to(user)`: a row that the caller may not
    see answers 404 everywhere, and no view can forget to check. Actions named in
    `public_actions` need no sign-in and ignore an invalid token; all others answer 401
    without a valid one.
    """

    queryset: QuerySet[Any]
    serializer_class: type[Output]
    input_serializers: dict[str, type[BaseSerializer]] = {}
    answer_serializers: dict[str, type[Output]] = {}  # of `with_transitions`
    public_actions: frozenset[str] = frozenset()
    uncacheable: frozenset[str] = frozenset()  # public ones that differ each time
    filterset_class: type[FilterSet] | None = None
    list_serializer_class: type[Output] | None = None  # of lists, where they show less
    object_key = ""  # of a row in the answer to a write: {"message": …, key: {…}}
    list_key: str | None = None  # of the rows of a list; None for a bare array
    examples: Mapping[str, Any] = {}  # action: {"Request": […], "Answer": […]}
    replicated: frozenset[str] = frozenset()  # may be read from the replica
    never_repeated: frozenset[str] = frozenset()  # POSTs that take no Idempotency-Key
    throttle_scopes: dict[str, str] = {}  # action: scope, where it is not "write"
    reads_by_role = False  # what a reader may see depends on more than who it is
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def is_public(self) -> bool:
        """Whether the action of the request's method needs no sign-in."""
        method = (self.request.method or "").lower() if self.request else ""
        return getattr(self, "action_map", {}).get(method) in self.public_actions

    def get_authenticators(self) -> list[BaseAuthentication]:
        authenticators = super().get_authenticators()
        for authenticator in cast(list[_OptionalAuthentication], authenticators):
            authenticator.optional = self.is_public
        return authenticators

    def get_permissions(self) -> list[BasePermission]:
        # Without an action the path does not take the method: 405 for everybody.
        is_open = self.action is None or self.action in self.public_actions
        return [AllowAny()] if is_open else [IsAuthenticated()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller; a POST with an `Idempotency-Key` is then answered once."""
        super().initial(request, *args, **kwargs)
        if settings.DATABASE_REPLICA_URL and self._may_be_late(request):
            self._wrap(partial(replica.read, client=client_network(request)))
        is_repeatable = (
            request.method == "POST"
            and "HTTP_IDEMPOTENCY_KEY" in request.META
            and self.action is not None
            and self.action not in self.never_repeated
        )
        if is_repeatable:
            self._wrap(partial(import_string(settings.IDEMPOTENCY_HANDLER), request))

    def _wrap(self, wrapper: Callable[[Callable[[], Response]], Response]) -> None:
        """Let `wrapper` call what answers this request; it may call it again, or not.

        `as_view` has set the action of the request under the name of its method.
        """
        method = (self.request.method or "").lower()
        answer = getattr(self, method)
        setattr(self, method, lambda *args, **kw: wrapper(partial(answer, *args, **kw)))

    def _may_be_late(self, request: Request) -> bool:
        """Whether the answer may be some seconds old: not to who is signed in."""
        is_read = request.method in {"GET", "HEAD"} and self.action in self.replicated
        return is_read and "Authorization" not in request.headers

    def check_throttles(self, request: Request) -> None:
        if request.method not in SAFE_METHODS:
            check_scope(self.throttle_scopes.get(self.action, "write"), request)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add `Cache-Control`, unless the action has set it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if settings.DATABASE_REPLICA_URL and request.method not in SAFE_METHODS:
            replica.note_write(client_network(request))
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = self._cache_control(request, response)
            if self.is_public:
                patch_vary_headers(response, ["Authorization"])
        return response

    def _cache_control(self, request: Request, response: Response) -> str:
        """Caches revalidate public answers each time, and store no personal ones."""
        is_read = request.method in {"GET", "HEAD"} and response.status_code == 200
        if not (is_read and self.is_public and self.action not in self.uncacheable):
            return "private, no-store"
        if "Authorization" in request.headers:
            return "private, no-cache"
        return f"public, max-age={settings.PUBLIC_MAX_AGE}, must-revalidate"

    def get_queryset(self) -> Any:  # of the class of the subclass's `queryset`
        return self.rows_for(self.request.user)

    def rows_for(self, reader: Any) -> Any:
        """Return the rows that `reader` may see: a user, or a `Viewer` of any."""
        return cast(_VisibleRows, self.queryset.all()).visible_to(reader)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Lists alone are filtered: a detail is found by its id."""
        return queryset if self.detail else super().filter_queryset(queryset)

    def get_serializer_class(self) -> type[Output]:
        if self.detail:
            return self.serializer_class
        return self.list_serializer_class or self.serializer_class

    def get_serializer_context(self) -> dict[str, Any]:
        """With the `centre` of a search by place, from which distances are shown."""
        context = super().get_serializer_context()
        centre_of = getattr(self.filterset_class, "centre_of", None)
        if self.action == "list" and centre_of:
            context["centre"] = centre_of(self.request.query_params)
        return context

    def get_object(self) -> Any:
        """Return the row of the path; 404 if the caller may not see it.

        All details of a class are one query, but for the id and the reader. `rows_for`
        must not depend on the action of a detail. What writes the row locks it and
        reads it again, or saves only the fields that it sets.
        """
        if self.reads_by_role or self.lookup_field != "pk":
            return super().get_object()
        found = shared_queries.get_or_404(
            (type(self), "detail"),
            lambda reader, pk: self.rows_for(reader).filter(pk=pk),
            reader=self.request.user,
            pk=int(self.kwargs["pk"]),
        )
        self.check_object_permissions(self.request, found)
        return found

    def cached_results(self) -> ResultList:
        """Return the rows that match the query string, as a list that is cached.

        The list holds SQL and no rows: each request reads the database. The key has
        all that the filters read: the parameters and the reader. Searches around any
        point share one list, which is then moved to the given point.
        """
        if len(self.request.META["QUERY_STRING"]) > MAX_CACHED_QUERY_CHARS:
            return self.filtered_results()
        circle, params = self._circle(), self.request.query_params.lists()
        if circle:
            place = getattr(self.filterset_class, "place", {})
            params = ((name, values) for name, values in params if name not in place)
        # What the filters read besides the parameters: with new fields of a category a
        # parameter of the same name means something else.
        version_for = getattr(self.filterset_class, "version_for", None)
        version = version_for and version_for(
            self.queryset.model, self.request.query_params
        )
        # The path, for its ids are arguments of nested lists; the reader, for filters
        # look at who reads: without it one person's rows would be shown to another.
        request = (self.request.path, bool(circle), self.request.user.pk, version)
        key = (type(self), *request, *((name, *values) for name, values in params))
        results = cached_results(key, self.filtered_results)
        return cast(_Movable, results).at(*circle) if circle else results

    def _circle(self) -> tuple[float, float, float] | None:
        """Latitude, longitude and km of a search that comes nearest first."""
        circle_of = getattr(self.filterset_class, "circle_of", None)
        try:
            return circle_of(self.request.query_params) if circle_of else None
        except ValidationError:
            return None  # the filters report it, with all other errors

    def filtered_results(self) -> ResultList:
        """Return the rows of the query string. Raises `ValidationError` (400)."""
        query, reader = self.request.query_params, self.request.user
        return filtered_results(
            self.get_queryset(), self.filterset_class, query, reader
        )

    def personal_results(self) -> ResultList:
        """Return the rows for the reader that match the query string.

        All readers share the SQL. The filters may look neither at the time nor at rows.
        Raises `ValidationError` (400).
        """
        if len(self.request.META["QUERY_STRING"]) > MAX_CACHED_QUERY_CHARS:
            return self._rows_that_match(self.request.user)
        params = self.request.query_params.lists()
        filters = ((name, *values) for name, values in params if name not in PAGING)
        return shared_queries.results(
            (type(self), self.action, *filters),
            self._rows_that_match,
            reader=self.request.user,
        )

    def _rows_that_match(self, reader: Any) -> ResultList:
        rows, query = self.rows_for(reader), self.request.query_params
        if self.filterset_class is None:
            return ResultList(rows)
        return filtered_results(rows, self.filterset_class, query, reader)

    def validated_input(self, *, partial: bool = False) -> dict[str, Any]:
        """Return the body, as the action's input serializer reads it. Raises 400."""
        serializer = self.input_serializers[self.action](
            data=self.request.data,
            partial=partial,
            context=self.get_serializer_context(),
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def render(self, obj: Model, output: type[Output] | None = None) -> dict[str, Any]:
        """Return `obj` as a GET would show it; 404 if it has been deleted meanwhile."""
        output = output or self.serializer_class
        model: Any = type(obj)  # `Model` itself declares no `objects`
        row = shared_queries.get_or_404(
            (model, "display"),
            lambda pk: model.objects.for_display().filter(pk=pk),
            pk=obj.pk,
        )
        return output(row, context=self.get_serializer_context()).data

    def write_response(
        self, message: str | Promise, obj: Model, *, status: int = 200, **more: object
    ) -> Response:
        """Return the answer to a write: `{"message": …, object_key: {…}, **more}`."""
        body = {"message": str(message), self.object_key: self.render(obj)}
        return Response(body | more, status=status)

    def list_response(
        self, queryset: QuerySet[Any] | ResultList, output: type[Output] | None = None
    ) -> Response:
        """Return the answer to a list: a page of `queryset`, shown with `output`."""
        output = output or self.get_serializer_class()
        page = self.paginate_queryset(cast(QuerySet[Any], queryset))
        assert page is not None, "the list has no pagination"
        rows = output(context=self.get_serializer_context()).of_all(page)
        return self.get_paginated_response(rows)


class _ListView(Protocol):
    """What a list uses of the viewset that it is mixed into."""

    def list_response(self, queryset: ResultList) -> Response: ...
    def cached_results(self) -> ResultList: ...
    def personal_results(self) -> ResultList: ...


class PublicList:
    """A public list: most of its requests have one of a few query strings."""

    def list(self: _ListView, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list_response(self.cached_results())


class PersonalList:
    """A list of one's own rows, by a query that all people share."""

    def list(self: _ListView, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list_response(self.personal_results())
