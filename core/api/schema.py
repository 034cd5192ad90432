"""The OpenAPI document, read off the viewsets."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc, get_lib_doc_excludes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    inline_serializer,
)
from rest_framework import serializers

from core.api import filters
from core.api.fields import HasSchema, Input
from core.api.output import Output
from core.api.schema_responses import CHANGES, WRITES

MESSAGE = inline_serializer("Confirmation", {"message": serializers.CharField()})
CRUD_VERBS = {
    "create": "create",
    "retrieve": "get",
    "partial_update": "update",
    "update": "update",
    "destroy": "delete",
}


def error_codes(**codes: list[str]) -> dict:
    """For `extend_schema(extensions=…)`: further codes of an operation's errors.

    `error_codes(s409=["taken"])` adds `taken` to the codes of its status 409.
    """
    return {"x-error-codes": {status[1:]: more for status, more in codes.items()}}


@cache
def write_schema(noun: str, output: type, **more: type):
    """What a write answers: `{"message", noun: {…}}`, and more objects by name."""
    parts = {noun: output} | more
    fields = {"message": serializers.CharField()}
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
    """Classes whose docstrings are for developers of the API, not for its callers.

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
    """Fields that say themselves what they take."""

    target_class = "core.api.fields.HasSchema"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        return deepcopy(self.target.schema)


class Schema(AutoSchema):
    """Input from `input_serializers[action]`; a write answers `{"message", noun}`."""

    def get_tags(self):
        parts = self.path.removeprefix("/api/").split("/")
        # People stand under `auth/`, as clients know it, and are a thing of their own.
        tag = "users" if parts[:2] == ["auth", "users"] else parts[0]
        return ["users" if tag == "blocks" else tag]

    def get_operation_id(self):
        """`<tag>_<verbNoun>`, where the action does not name itself."""
        tag = _camel(self.get_tags()[0])
        canonical = getattr(self._method(), "canonical", "")
        action = getattr(self._method(), "operation", self.view.action)
        name = f"{tag}_{self._verb_and_noun(action)}"
        if canonical:
            return f"{name}As{_title(self.view.action)}"
        is_put_beside_patch = self.method == "PUT" and "patch" in self.view.action_map
        return f"{name}ByPut" if is_put_beside_patch else name

    def _verb_and_noun(self, action: str) -> str:
        verb, noun = CRUD_VERBS.get(action), _title(self.view.object_key)
        if verb:
            return f"{verb}{noun}"
        return _camel(action) if "_" in action else f"{_camel(action)}{noun}"

    def get_summary(self):
        """The first line of the action's docstring, where it has no summary."""
        return self._docstring().partition("\n")[0].removesuffix(".") or None

    def get_description(self):
        """What the action's docstring says after its summary."""
        first, _, rest = self._docstring().partition("\n")
        is_summary = self.get_summary() == first.removesuffix(".")
        return rest.strip() if is_summary else self._docstring()

    def get_extensions(self):
        """Marks that the hooks of `schema_responses` read and take out again."""
        action = self.view.action
        marks = {}
        if canonical := getattr(self._method(), "canonical", ""):
            tag = _camel(self.get_tags()[0])
            marks["x-canonical"] = f"{tag}_{self._verb_and_noun(canonical)}"
        is_cached = action not in getattr(self.view, "uncacheable", ())
        if self.method == "GET" and action in self.view.public_actions and is_cached:
            marks["x-has-etag"] = True
        return marks

    def get_request_serializer(self):
        inputs = getattr(self.view, "input_serializers", None)
        if inputs is None:
            return super().get_request_serializer()
        given = inputs.get(self.view.action) if self.method in WRITES else None
        return given(partial=True) if given and self.method in CHANGES else given

    def get_response_serializers(self):
        noun = getattr(self.view, "object_key", "")
        if self.method == "DELETE":
            return {200: MESSAGE}
        if self.method in WRITES and noun:
            status = 201 if self.view.action == "create" else 200
            return {status: write_schema(noun, self.view.serializer_class)}
        if self._is_list_view():
            return self.view.get_serializer_class()
        return self.view.serializer_class

    def get_override_parameters(self):
        """Of lists: the point to search around."""
        place = getattr(self._filterset(), "place", {}) if self._is_list_view() else {}
        return [OpenApiParameter(name, schema) for name, schema in place.items()]

    def get_examples(self):
        """Of `view.examples[action]`: what may be sent, and what is answered."""
        examples = getattr(self.view, "examples", {}).get(self.view.action, {})
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

    def _is_list_view(self, serializer=None) -> bool:
        """A GET that is paged: all but details, and those of them that are marked."""
        if self.method != "GET" or self.view.pagination_class is None:
            return False
        return not self.view.detail or "list_key" in vars(self.view)

    def get_filter_backends(self):
        """Other lists than `list` are not filtered."""
        return super().get_filter_backends() if self._filterset() else []

    def _filterset(self) -> type | None:
        is_list = getattr(self.view, "action", "") == "list"
        return getattr(self.view, "filterset_class", None) if is_list else None

    def _get_filter_parameters(self):
        parameters = super()._get_filter_parameters()
        for parameter in parameters:
            filter_ = self._filterset().base_filters.get(parameter["name"])
            if isinstance(filter_, filters.HasSchema):
                parameter["schema"] = filter_.schema
                parameter.pop("explode", None)
                parameter.pop("style", None)
        return parameters

    def _insert_field_validators(self, field, schema):
        super()._insert_field_validators(field, schema)
        if isinstance(field, HasSchema) and "oneOf" in schema:
            schema |= schema.pop("oneOf")[0]  # its pattern knows about the empty string

    def _resolve_path_parameters(self, variables):
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["schema"].get("pattern") == "^[0-9]{1,18}$":
                parameter["schema"] = {"type": "integer", "minimum": 1}
                parameter["schema"]["maximum"] = 10**18 - 1
        return parameters

    def _get_paginator(self):
        paginator = super()._get_paginator()
        if paginator:
            paginator.list_key = self.view.list_key
        return paginator

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}{'Page' if self.view.list_key else 'Array'}"

    def _method(self):
        return getattr(self.view, getattr(self.view, "action", None) or "", None)

    def _docstring(self) -> str:
        method = self._method()
        return get_doc(method) if method else ""
