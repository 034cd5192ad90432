"""The OpenAPI document, generated from the viewsets."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import (
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc, get_lib_doc_excludes
from drf_spectacular.utils import (
    Direction,
    OpenApiExample,
    OpenApiParameter,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.pagination import BasePagination

from core.api import filters
from core.api.fields import HasSchema, Input
from core.api.output import Output
from core.api.schema_responses import CHANGES, WRITES

if TYPE_CHECKING:  # REST framework imports this module before the viewsets
    from django_filters import FilterSet

    from core.api.viewsets import ApiViewSet

MESSAGE = inline_serializer("Confirmation", {"message": serializers.CharField()})
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A repeated request with the same key is answered as the first was, "
    "for 24 hours.",
)
CRUD_VERBS = {
    "create": "create",
    "retrieve": "get",
    "partial_update": "update",
    "update": "update",
    "destroy": "delete",
}


def error_codes(**codes: list[str]) -> dict[str, Any]:
    """Return `extensions` of `extend_schema`: further error codes of an operation.

    `error_codes(s409=["taken"])` adds `taken` to the codes of its status 409.
    """
    return {"x-error-codes": {status[1:]: more for status, more in codes.items()}}


@cache
def write_schema(
    noun: str, output: type[Output], **more: type[Output]
) -> serializers.Serializer:
    """Return the serializer of the answer to a write.

    That is `{"message", noun: {…}}`, and more objects by name.
    """
    parts = {noun: output} | more
    fields: dict[str, serializers.Field] = {"message": serializers.CharField()}
    fields |= {name: part() for name, part in parts.items()}
    return inline_serializer(f"{'And'.join(map(_title, parts))}Response", fields)


def _title(name: str) -> str:
    """`saved_search` as `SavedSearch`."""
    return name.replace("-", "_").title().replace("_", "")


def _camel(name: str) -> str:
    """`saved-search` as `savedSearch`."""
    title = _title(name)
    return title[:1].lower() + title[1:]


def undocumented_classes() -> list[type]:
    """Return the classes whose docstrings are not for callers of the API.

    They are the serializers that others inherit from: `is_base` is set on each itself.
    """
    bases = [
        serializer
        for parent in (Output, Input)
        for serializer in (parent, *_subclasses(parent))
        if "is_base" in vars(serializer)
    ]
    return [*get_lib_doc_excludes(), *bases]


def _subclasses(parent: type) -> Iterator[type]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)


class DescribedFields(OpenApiSerializerFieldExtension):
    """Takes the schema of a field from the field itself."""

    target_class = "core.api.fields.HasSchema"
    match_subclasses = True

    def map_serializer_field(
        self, auto_schema: AutoSchema, direction: Direction
    ) -> dict[str, Any]:
        """Return the schema that the field itself gives."""
        return deepcopy(self.target.schema)


class DescribedInput(OpenApiSerializerExtension):
    """Names what an input may contain: `Input` refuses anything else."""

    target_class = "core.api.fields.Input"
    match_subclasses = True

    def map_serializer(
        self, auto_schema: AutoSchema, direction: Direction
    ) -> dict[str, Any]:
        """Return the schema of the fields, closed."""
        schema = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        if ignored := self.target.ignored_fields:
            names = sorted(ignored.union(self.target.fields))
            return schema | {"propertyNames": {"enum": names}}
        return schema | {"additionalProperties": False}


class Schema(AutoSchema):
    """Input from `input_serializers[action]`; a write answers `{"message", noun}`."""

    @property
    def _viewset(self) -> "ApiViewSet":
        """The view; those of other classes are read with `getattr`."""
        return cast("ApiViewSet", self.view)

    def get_tags(self) -> list[str]:
        """Return one tag: the first part of the path below `/api/`."""
        parts = self.path.removeprefix("/api/").split("/")
        # People stand under `auth/`, as clients know it, and are a thing of their own.
        tag = "users" if parts[:2] == ["auth", "users"] else parts[0]
        return ["users" if tag == "blocks" else tag]

    def get_operation_id(self) -> str:
        """Return `<tag>_<verbNoun>`, where the action does not name itself."""
        tag = _camel(self.get_tags()[0])
        canonical = getattr(self._method(), "canonical", "")
        action = getattr(self._method(), "operation", self._viewset.action)
        name = f"{tag}_{self._verb_and_noun(action)}"
        if canonical:
            return f"{name}As{_title(self._viewset.action)}"
        is_put_beside_patch = (
            self.method == "PUT" and "patch" in self._viewset.action_map
        )
        return f"{name}ByPut" if is_put_beside_patch else name

    def _verb_and_noun(self, action: str) -> str:
        verb, noun = CRUD_VERBS.get(action), _title(self._viewset.object_key)
        if verb:
            return f"{verb}{noun}"
        return _camel(action) if "_" in action else f"{_camel(action)}{noun}"

    def get_summary(self) -> str | None:
        """Return the first line of the action's docstring, if it has one."""
        return self._docstring().partition("\n")[0].removesuffix(".") or None

    def get_description(  # type: ignore[override]  # as drf-spectacular overrides it
        self,
    ) -> str:
        """Return the action's docstring after its summary."""
        first, _, rest = self._docstring().partition("\n")
        is_summary = self.get_summary() == first.removesuffix(".")
        return rest.strip() if is_summary else self._docstring()

    def get_extensions(self) -> dict[str, Any]:
        """Return marks that the hooks of `schema_responses` read and take out again."""
        action = self._viewset.action
        # The codes of a transition: `extend_schema` would replace all marks.
        marks: dict[str, Any] = dict(getattr(self._method(), "extensions", {}))
        if canonical := getattr(self._method(), "canonical", ""):
            tag = _camel(self.get_tags()[0])
            marks["x-canonical"] = f"{tag}_{self._verb_and_noun(canonical)}"
        is_cached = action not in getattr(self.view, "uncacheable", ())
        if (
            self.method == "GET"
            and action in self._viewset.public_actions
            and is_cached
        ):
            marks["x-has-etag"] = True
        return marks

    def get_request_serializer(self) -> Any:
        """Return the action's input serializer, partial for PUT and PATCH."""
        inputs = getattr(self.view, "input_serializers", None)
        if inputs is None:
            return super().get_request_serializer()
        given = inputs.get(self._viewset.action) if self.method in WRITES else None
        return given(partial=True) if given and self.method in CHANGES else given

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        """Return the body; drf-spectacular itself describes none of a DELETE."""
        inputs = getattr(self.view, "input_serializers", {})
        if self.method != "DELETE" or self._viewset.action not in inputs:
            return super()._get_request_body(direction)
        self.method = "PATCH"  # every field may be left out
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"

    def get_response_serializers(self) -> Any:
        """Return the serializer of the answer, or a dict by status for writes."""
        noun = getattr(self.view, "object_key", "")
        if self.method == "DELETE":
            return {200: MESSAGE}
        if self.method in WRITES and noun:
            status = 201 if self._viewset.action == "create" else 200
            return {status: write_schema(noun, self._viewset.serializer_class)}
        if self._is_list_view():
            return self._viewset.get_serializer_class()
        return self._viewset.serializer_class

    def get_override_parameters(self) -> list[Any]:
        """Return a list's parameters of the point, or the key of a repeatable POST."""
        action = self._viewset.action
        if self.method == "POST" and action not in self._viewset.never_repeated:
            return [IDEMPOTENCY_KEY]
        if not self._is_list_view():
            return []
        place = getattr(self._filterset(), "place", {})
        further = getattr(self._filterset(), "further", {})
        return [
            *(OpenApiParameter(name, schema) for name, schema in place.items()),
            # An object whose members are parameters of their own: OpenAPI has no other
            # way to describe parameters whose names it does not know.
            *(
                OpenApiParameter(name, schema, style="form", explode=True)
                for name, schema in further.items()
            ),
        ]

    def get_examples(self) -> list[OpenApiExample]:
        """Return the request and answer examples of `view.examples[action]`."""
        examples = getattr(self.view, "examples", {}).get(self._viewset.action, {})
        return [
            OpenApiExample(
                f"{name} {number}" if number else name,
                value=value,
                media_type=self.map_parsers()[0] if name == "Request" else None,
                request_only=name == "Request",
                response_only=name == "Answer",
                status_codes=["200", "201"] if name == "Answer" else None,
            )
            for name, values in examples.items()
            for number, value in enumerate(values)
        ]

    def _is_list_view(self, serializer: object = None) -> bool:
        """A GET that is paged: all but details, and those of them that are marked."""
        if self.method != "GET" or self._viewset.pagination_class is None:
            return False
        return not self._viewset.detail or "list_key" in vars(self.view)

    def get_filter_backends(self) -> list[Any]:
        """Return no filters for other lists than `list`."""
        return super().get_filter_backends() if self._filterset() else []

    def _filterset(self) -> "type[FilterSet] | None":
        is_list = getattr(self.view, "action", "") == "list"
        return getattr(self.view, "filterset_class", None) if is_list else None

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        parameters = super()._get_filter_parameters()
        known = getattr(self._filterset(), "base_filters", {})
        for parameter in parameters:
            filter_ = known.get(parameter["name"])
            if isinstance(filter_, filters.HasSchema):
                parameter["schema"] = filter_.schema
                parameter.pop("explode", None)
                parameter.pop("style", None)
        return parameters

    def _insert_field_validators(
        self, field: serializers.Field, schema: dict[str, Any]
    ) -> None:
        super()._insert_field_validators(field, schema)
        if isinstance(field, HasSchema) and "oneOf" in schema:
            schema |= schema.pop("oneOf")[0]  # its pattern knows about the empty string

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["schema"].get("pattern") == "^[0-9]{1,18}$":
                parameter["schema"] = {"type": "integer", "minimum": 1}
                parameter["schema"]["maximum"] = 10**18 - 1
        return parameters

    def _get_paginator(self) -> BasePagination | None:
        paginator = super()._get_paginator()
        if paginator:
            paginator.list_key = self._viewset.list_key
        return paginator

    def get_paginated_name(self, serializer_name: str) -> str:
        """Return the name of a page, or of the array of a list without a key."""
        return f"{serializer_name}{'Page' if self._viewset.list_key else 'Array'}"

    def _method(self) -> Callable[..., Any] | None:
        return getattr(self.view, getattr(self.view, "action", None) or "", None)

    def _docstring(self) -> str:
        method = self._method()
        return get_doc(method) if method else ""
