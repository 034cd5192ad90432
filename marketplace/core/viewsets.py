"""Viewsets are declarations; what they share is here."""

from collections.abc import Mapping
from time import monotonic

from django.conf import settings
from django.http import Http404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from marketplace.core.errors import NotAllowed
from marketplace.core.filters import asked_of
from marketplace.core.rows import Kept, Rows
from marketplace.core.statements import ANY_ID, Statement
from marketplace.core.throttling import spend_scope
from marketplace.core.workflow import Transition, Workflow

MOST_KEPT = 256  # questions of lists, each with its SQL
LONGEST_KEPT = 500  # characters of a query
KEPT_SECONDS = 60
kept = Kept(MOST_KEPT)


class ApiViewSet(GenericViewSet):
    """Reads with `serializer_class`; takes input with `inputs[action]`.

    Every request starts from `queryset.visible_to(user)`: what a caller may not see
    answers 404 everywhere, and no view can forget to check. Actions named in `public`
    need no sign-in and ignore a bad token; all others answer 401 without a good one.
    """

    inputs: dict[str, type] = {}
    public: frozenset[str] = frozenset()
    changing: frozenset[str] = frozenset()  # public ones that differ at every look
    filterset_class: type | None = None
    row_serializer_class: type | None = None  # of lists, where they show less
    noun = ""  # what a write answers under: {"message": …, noun: {…}}
    envelope: str | None = None  # what a list stands under; None: a bare array
    examples: dict[str, dict] = {}  # action: {"Request": […], "Answer": […]}
    scopes: dict[str, str] = {}  # action: rate, where it is not "write"
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def is_public(self) -> bool:
        method = (self.request.method or "").lower() if self.request else ""
        return getattr(self, "action_map", {}).get(method) in self.public

    def get_authenticators(self):
        authenticators = super().get_authenticators()
        for authenticator in authenticators:
            authenticator.optional = self.is_public
        return authenticators

    def get_permissions(self):
        return [AllowAny()] if self.action in self.public else [IsAuthenticated()]

    def check_throttles(self, request) -> None:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            spend_scope(self.scopes.get(self.action, "write"), request)

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
        if not (is_read and self.is_public and self.action not in self.changing):
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
        return self.row_serializer_class or self.serializer_class

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
        statement = kept.get(type(self), self._by_id)
        found = statement.rows(pk=int(self.kwargs["pk"]))
        if not found:
            raise Http404
        self.check_object_permissions(self.request, found[0])
        return found[0]

    def _by_id(self) -> Statement:
        return Statement(self.get_queryset().filter(pk=ANY_ID), names={ANY_ID: "pk"})

    def asked(self) -> Rows:
        """The rows that the query asks of a list, kept as they are for a while.

        What is kept is the question and its SQL, never an answer. It depends on
        nothing but the query and who asks; searches around any point are one question.
        """
        if len(self.request.META["QUERY_STRING"]) > LONGEST_KEPT:
            return self._asked()
        place, asked = self._place(), self.request.query_params.lists()
        if place:
            elsewhere = self.filterset_class.place
            asked = ((name, values) for name, values in asked if name not in elsewhere)
        now = int(monotonic() / KEPT_SECONDS)
        who = (self.request.path, bool(place), self.request.user.pk, now)
        key = (type(self), *who, *((name, *values) for name, values in asked))
        rows = kept.get(key, self._asked)
        return rows.around(*place) if place else rows

    def _place(self) -> tuple[float, float, float] | None:
        place_of = getattr(self.filterset_class, "place_of", None)
        try:
            return place_of(self.request.query_params) if place_of else None
        except ValidationError:
            return None  # the filters say what is wrong, with all else that is

    def _asked(self) -> Rows:
        query, reader = self.request.query_params, self.request.user
        return asked_of(self.get_queryset(), self.filterset_class, query, reader)

    def read_input(self, *, partial: bool = False) -> dict:
        serializer = self.inputs[self.action](
            data=self.request.data,
            partial=partial,
            context=self.get_serializer_context(),
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def shown(self, obj, output: type | None = None) -> dict:
        """`obj` as a GET would show it; 404 if somebody has removed it meanwhile."""
        output = output or self.serializer_class
        fresh = get_object_or_404(type(obj).objects.for_display(), pk=obj.pk)
        return output(fresh, context=self.get_serializer_context()).data

    def wrote(self, message, obj, *, status: int = 200, **more) -> Response:
        """Answer a write: `{"message": …, noun: {…}}`."""
        answer = {"message": str(message), self.noun: self.shown(obj)}
        return Response(answer | more, status=status)

    def listed(self, queryset, output: type | None = None) -> Response:
        """Answer a page of `queryset`, shown with `output`."""
        output = output or self.get_serializer_class()
        page = self.paginate_queryset(queryset)
        rows = output(context=self.get_serializer_context()).of_all(page)
        return self.get_paginated_response(rows)


class PublicList:
    """A list that everybody may read, mostly with the same few questions."""

    def list(self, request, *args, **kwargs):
        return self.listed(self.asked())


class ContentViewSet(PublicList, ApiViewSet):
    """Something people post: public to read, changed by its owner alone.

    Lists show what everybody may see; one's own hidden things are in `my` and by id.
    A subclass says how to `publish` and `change`. PUT too changes only what is given.
    """

    public = frozenset({"list", "retrieve"})
    posted = edited = ""  # the messages of both

    def get_queryset(self):
        if self.action == "list":
            return self.open_rows()
        return super().get_queryset()

    @classmethod
    def open_rows(cls):
        """What the list chooses from."""
        return cls.queryset.all().visible()

    @classmethod
    def listed_for(cls, reader, query: Mapping[str, str]) -> Rows:
        """The rows that the list shows `reader` when it is asked `query`."""
        return asked_of(cls.open_rows(), cls.filterset_class, query, reader)

    def retrieve(self, request, pk):
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request):
        return self.wrote(self.posted, self.publish(self.read_input()), status=201)

    def update(self, request, pk):
        obj = self.get_object()
        refuse_strangers(obj, request.user)
        changes = self.read_input(partial=True)
        return self.wrote(self.edited, self.change(obj, changes))

    def partial_update(self, request, pk):
        return self.update(request, pk)

    def publish(self, facts: dict):
        raise NotImplementedError

    def change(self, obj, changes: dict):
        raise NotImplementedError


def refuse_strangers(obj, user) -> None:
    """403 before anything is said about the input; the service checks once more."""
    owner_field = type(obj).objects.all().owner_field
    if getattr(obj, f"{owner_field}_id") != user.pk:
        raise NotAllowed(_("Only its owner may change this."))


def with_transitions(workflow: Workflow):
    """Give a viewset one POST route for each API row of `workflow`, and its aliases."""

    def decorate(viewset):
        for row in workflow:
            if not row.in_api or hasattr(viewset, row.method_name):
                continue  # a viewset may spell a row out, to answer with more
            names = (row.name, *row.aliases)
            for name in names:
                route = _route(workflow, row, name, alias=name != row.name)
                setattr(viewset, route.__name__, route)
                if row.input:
                    inputs = viewset.inputs | {route.__name__: row.input}
                    viewset.inputs = inputs
        return viewset

    return decorate


def _route(workflow: Workflow, row: Transition, name: str, *, alias: bool):
    def perform(self, request, *args, **kwargs):
        obj = self.get_object()
        workflow.refuse_strangers(row.name, obj, request.user)
        data = self.read_input() if row.input else {}
        return self.wrote(
            row.done, workflow.run(row.name, obj, actor=request.user, **data)
        )

    perform.__name__ = name.replace("-", "_")
    same = f" The same as `{row.name}`." if alias else ""
    with override("en"):  # whoever's request loads the routes
        label = str(row.label)
    perform.__doc__ = f"{label}.{same}\n\nWhile it is {' or '.join(row.source)}."
    return action(detail=True, methods=["post"], url_path=name)(perform)
