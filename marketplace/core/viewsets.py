"""Viewsets are declarations; what they share is here."""

from django.conf import settings
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from marketplace.core.errors import NotAllowed
from marketplace.core.throttling import spend_scope
from marketplace.core.workflow import Transition, Workflow


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

    def read_input(self, *, partial: bool = False) -> dict:
        serializer = self.inputs[self.action](
            data=self.request.data,
            partial=partial,
            context=self.get_serializer_context(),
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def shown(self, obj, output: type | None = None) -> dict:
        """`obj` as a GET would show it, fetched the same way."""
        output = output or self.serializer_class
        fresh = type(obj).objects.for_display().get(pk=obj.pk)
        return output(fresh, context=self.get_serializer_context()).data

    def wrote(self, message, obj, *, status: int = 200, **more) -> Response:
        """Answer a write: `{"message": …, noun: {…}}`."""
        answer = {"message": str(message), self.noun: self.shown(obj)}
        return Response(answer | more, status=status)

    def listed(self, queryset, output: type | None = None) -> Response:
        """Answer a page of `queryset`, shown with `output`."""
        output = output or self.get_serializer_class()
        page = self.paginate_queryset(queryset)
        rows = output(page, many=True, context=self.get_serializer_context()).data
        return self.get_paginated_response(rows)


class ContentViewSet(ListModelMixin, ApiViewSet):
    """Something people post: public to read, changed by its owner alone.

    Lists show what everybody may see; one's own hidden things are in `my` and by id.
    A subclass says how to `publish` and `change`. PUT too changes only what is given.
    """

    public = frozenset({"list", "retrieve"})
    posted = edited = ""  # the messages of both

    def get_queryset(self):
        if self.action == "list":
            return self.queryset.all().visible()
        return super().get_queryset()

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
