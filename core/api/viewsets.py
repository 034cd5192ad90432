"""Viewsets are declarations; what they share is here."""

from time import monotonic

from django.conf import settings
from django.http import Http404
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api.lists import filtered_results
from core.api.throttling import check_scope
from core.db.prepared import ANY_ID, PreparedQuery
from core.db.results import ResultList
from core.lru import LRUCache

MAX_CACHED_RESULTS = 256  # questions of lists, each with its SQL
MAX_CACHED_QUERY_CHARS = 500  # characters of a query
CACHED_RESULTS_S = 60
results_cache = LRUCache(MAX_CACHED_RESULTS)


class ApiViewSet(GenericViewSet):
    """Reads with `serializer_class`; takes input with `input_serializers[action]`.

    Every request starts from `queryset.visible_to(user)`: what a caller may not see
    answers 404 everywhere, and no view can forget to check. Actions named in
    `public_actions`
    need no sign-in and ignore a bad token; all others answer 401 without a good one.
    """

    input_serializers: dict[str, type] = {}
    public_actions: frozenset[str] = frozenset()
    uncacheable: frozenset[str] = frozenset()  # public ones that differ at every look
    filterset_class: type | None = None
    list_serializer_class: type | None = None  # of lists, where they show less
    object_key = ""  # what a write answers under: {"message": …, noun: {…}}
    list_key: str | None = None  # what a list stands under; None: a bare array
    examples: dict[str, dict] = {}  # action: {"Request": […], "Answer": […]}
    throttle_scopes: dict[str, str] = {}  # action: rate, where it is not "write"
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def is_public(self) -> bool:
        method = (self.request.method or "").lower() if self.request else ""
        return getattr(self, "action_map", {}).get(method) in self.public_actions

    def get_authenticators(self):
        authenticators = super().get_authenticators()
        for authenticator in authenticators:
            authenticator.optional = self.is_public
        return authenticators

    def get_permissions(self):
        return (
            [AllowAny()] if self.action in self.public_actions else [IsAuthenticated()]
        )

    def check_throttles(self, request) -> None:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            check_scope(self.throttle_scopes.get(self.action, "write"), request)

    def finalize_response(self, request, response, *args, **kwargs):
        """Say who may keep the answer, where the action has not said it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = self._keeping(request, response)
            if self.is_public:
                patch_vary_headers(response, ["Authorization"])
        return response

    def _keeping(self, request, response) -> str:
        """Public answers are kept but asked for again; personal ones by nobody."""
        is_read = request.method in {"GET", "HEAD"} and response.status_code == 200
        if not (is_read and self.is_public and self.action not in self.uncacheable):
            return "private, no-store"
        if "Authorization" in request.headers:
            return "private, no-cache"
        return f"public, max-age={settings.PUBLIC_MAX_AGE}, must-revalidate"

    def get_queryset(self):
        return self.queryset.all().visible_to(self.request.user)

    def filter_queryset(self, queryset):
        """Filter lists alone: a detail is found by its id whatever the query says."""
        return queryset if self.detail else super().filter_queryset(queryset)

    def get_serializer_class(self):
        if self.detail:
            return self.serializer_class
        return self.list_serializer_class or self.serializer_class

    def get_serializer_context(self):
        """With the `centre` of a search by place, for the rows' distances."""
        context = super().get_serializer_context()
        centre_of = getattr(self.filterset_class, "centre_of", None)
        if self.action == "list" and centre_of:
            context["centre"] = centre_of(self.request.query_params)
        return context

    def get_object(self):
        """The row of the path. For the anonymous its SQL is the same but for the id."""
        if self.action != "retrieve" or self.request.user.is_authenticated:
            return super().get_object()
        statement = results_cache.get(type(self), self._by_id)
        found = statement.rows(pk=int(self.kwargs["pk"]))
        if not found:
            raise Http404
        self.check_object_permissions(self.request, found[0])
        return found[0]

    def _by_id(self) -> PreparedQuery:
        return PreparedQuery(
            self.get_queryset().filter(pk=ANY_ID), names={ANY_ID: "pk"}
        )

    def cached_results(self) -> ResultList:
        """The rows that the query asks of a list, kept as they are for a while.

        What is kept is the question and its SQL, never an answer. It depends on
        nothing but the query and who asks; searches around any point are one question.
        """
        if len(self.request.META["QUERY_STRING"]) > MAX_CACHED_QUERY_CHARS:
            return self.filtered_results()
        place, asked = self._place(), self.request.query_params.lists()
        if place:
            elsewhere = self.filterset_class.place
            asked = ((name, values) for name, values in asked if name not in elsewhere)
        now = int(monotonic() / CACHED_RESULTS_S)
        who = (self.request.path, bool(place), self.request.user.pk, now)
        key = (type(self), *who, *((name, *values) for name, values in asked))
        rows = results_cache.get(key, self.filtered_results)
        return rows.at(*place) if place else rows

    def _place(self) -> tuple[float, float, float] | None:
        circle_of = getattr(self.filterset_class, "circle_of", None)
        try:
            return circle_of(self.request.query_params) if circle_of else None
        except ValidationError:
            return None  # the filters say what is wrong, with all else that is

    def filtered_results(self) -> ResultList:
        query, reader = self.request.query_params, self.request.user
        return filtered_results(
            self.get_queryset(), self.filterset_class, query, reader
        )

    def validated_input(self, *, partial: bool = False) -> dict:
        serializer = self.input_serializers[self.action](
            data=self.request.data,
            partial=partial,
            context=self.get_serializer_context(),
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def render(self, obj, output: type | None = None) -> dict:
        """`obj` as a GET would show it; 404 if somebody has removed it meanwhile."""
        output = output or self.serializer_class
        fresh = get_object_or_404(type(obj).objects.for_display(), pk=obj.pk)
        return output(fresh, context=self.get_serializer_context()).data

    def write_response(self, message, obj, *, status: int = 200, **more) -> Response:
        """Answer a write: `{"message": …, noun: {…}}`."""
        answer = {"message": str(message), self.object_key: self.render(obj)}
        return Response(answer | more, status=status)

    def list_response(self, queryset, output: type | None = None) -> Response:
        """Answer a page of `queryset`, shown with `output`."""
        output = output or self.get_serializer_class()
        page = self.paginate_queryset(queryset)
        rows = output(context=self.get_serializer_context()).of_all(page)
        return self.get_paginated_response(rows)


class PublicList:
    """A list that everybody may read, mostly with the same few questions."""

    def list(self, request, *args, **kwargs):
        return self.list_response(self.cached_results())
