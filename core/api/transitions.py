"""Routes that are generated from a workflow table."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.utils.translation import override
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.schema import error_codes, write_schema
from core.api.viewsets import ApiViewSet
from core.workflow import Transition, Workflow

if TYPE_CHECKING:
    from django.contrib.auth.models import _User  # stands for AUTH_USER_MODEL

ViewSet = TypeVar("ViewSet", bound=ApiViewSet)
PATH_GROUP = re.compile(r"\(\?P<\w+>[^)]*\)/?")


def with_transitions(
    workflow: Workflow,
) -> Callable[[type[ViewSet]], type[ViewSet]]:
    """Return a class decorator that adds a POST route for each path of each API row.

    `answer_serializers` of the viewset has a serializer for each key that a row names
    in `answer`.
    """

    def decorate(viewset: type[ViewSet]) -> type[ViewSet]:
        for row in workflow:
            for path in row.paths:
                _add_route(viewset, workflow, row, path)
        return viewset

    return decorate


def action_name(path: str) -> str:
    """Return the name of the viewset's method that answers a path of a row."""
    return PATH_GROUP.sub("", path).replace("-", "_").replace("/", "_")


def _add_route(
    viewset: type[ApiViewSet], workflow: Workflow, row: Transition, path: str
) -> None:
    name = action_name(path)
    body = row.path_input if PATH_GROUP.search(path) else row.input
    if body is not None:
        viewset.input_serializers = viewset.input_serializers | {name: body}
    route: Any = _route(workflow, row, reads_body=body is not None)
    route.__name__ = name
    route.__doc__ = _description(row)
    canonical = _canonical_path(row)
    # For the API's description: what names the operation, and whether it is another's.
    route.operation = _operation_name(canonical)
    route.canonical = route.operation if path != canonical else ""
    route.extensions = error_codes(**row.error_codes) if row.error_codes else {}
    route = action(detail=True, methods=["post"], url_path=path)(route)
    if row.answer:
        shown = {key: viewset.answer_serializers[key] for key in row.answer}
        answer = write_schema(viewset.object_key, viewset.serializer_class, **shown)
        route = extend_schema(responses=answer)(route)
    setattr(viewset, name, route)


def _route(
    workflow: Workflow, row: Transition, *, reads_body: bool
) -> Callable[..., Response]:
    def perform(self: ApiViewSet, request: Request, *, pk: str, **ids: str) -> Response:
        obj = self.get_object()
        actor = cast("_User", request.user)  # no public action
        # 403 comes before 400: a stranger learns nothing about the input.
        workflow.check_allowed(row.name, obj, actor)
        data: dict[str, Any] = {name: int(digits) for name, digits in ids.items()}
        if reads_body:
            data |= self.validated_input()
        obj = workflow.run(row.name, obj, actor=actor, **data)
        related: dict[str, Any] = {
            key: self.render(getattr(obj, attribute), self.answer_serializers[key])
            for key, attribute in row.answer.items()
        }
        return self.write_response(row.done, obj, **related)

    return perform


def _canonical_path(row: Transition) -> str:
    """The path that names its object by id if there is one, otherwise the first."""
    return next(filter(PATH_GROUP.search, row.paths), row.name)


def _operation_name(path: str) -> str:
    """`accept_application` for `applications/(?P<…>…)/accept`, `confirm` for itself."""
    *collection, verb = PATH_GROUP.sub("", path).split("/")
    return "_".join([verb, *(noun.removesuffix("s") for noun in collection)]).replace(
        "-", "_"
    )


def _description(row: Transition) -> str:
    with override("en"):  # the language of the request that loads the routes
        label = str(row.label)
    return f"{label}.\n\nWhile it is {' or '.join(row.source)}."
