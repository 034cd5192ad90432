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
    OpenApiResponse,
    inline_serializer,
)
from rest_framework import serializers

from core.api import filters
from core.api.fields import HasSchema, Input
from core.api.output import Output

CHANGES = {"PUT", "PATCH"}  # what is not given stays
WRITES = {"POST", "DELETE"} | CHANGES
ERROR = {
    "type": "object",
    "description": "Every error, whatever its status.",
    "properties": {
        "error": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "A word for programs."},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "What is wrong with which field.",
        },
        "request_id": {"type": "string", "description": "With a 500 only."},
    },
    "required": ["error", "code", "fields"],
}
MEANINGS = {
    "400": "The input is wrong.",
    "401": "Not signed in.",
    "403": "Not yours to do.",
    "404": "Not there, or not for you.",
    "408": "The body took too long to arrive.",
    "409": "Not possible now.",
    "411": "The body has no length.",
    "413": "The request is too large.",
    "415": "The body is of a wrong type.",
    "429": "Too many requests.",
    "503": "Too busy, or too slow a search: try again later.",
}
MESSAGE = inline_serializer("Done", {"message": serializers.CharField()})
REFUSED = OpenApiResponse({"$ref": "#/components/schemas/Error"})
PAGING = {
    "X-Total-Count": "How many there are in all.",
    "X-Page": "Which page this is.",
    "X-Per-Page": "How many a page holds.",
}


@cache
def write_schema(noun: str, output: type, **more: type):
    """What a write answers: `{"message", noun: {…}}`, and more objects by name."""
    parts = {noun: output} | more
    fields = {"message": serializers.CharField()}
    fields |= {name: part() for name, part in parts.items()}
    return inline_serializer(f"{'And'.join(map(_title, parts))}Written", fields)


def _title(name: str) -> str:
    """`saved_search` as `SavedSearch`."""
    return name.title().replace("_", "")


def undocumented_classes() -> list[type]:
    """Classes whose docstrings are for those who write the API, not who call it.

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
        return [self.path.removeprefix("/api/").split("/")[0]]

    def get_operation_id(self):
        words = self.path.removeprefix("/api/").replace("{", "").replace("}", "")
        return "_".join(
            [self.method.lower(), *words.replace("-", "_").replace("/", "_").split("_")]
        )

    def get_summary(self):
        """The first line of what the action says, where it is given no summary."""
        return self._said().partition("\n")[0].removesuffix(".") or None

    def get_description(self):
        first, _, rest = self._said().partition("\n")
        is_summary = self.get_summary() == first.removesuffix(".")
        return rest.strip() if is_summary else self._said()

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
        """Of lists: their headers, and the place to search around."""
        if not self._is_list_view():
            return []
        headers = [
            OpenApiParameter(
                name, int, OpenApiParameter.HEADER, description=text, response=True
            )
            for name, text in PAGING.items()
        ]
        place = getattr(self._filterset(), "place", {})
        return headers + [OpenApiParameter(n, s) for n, s in place.items()]

    def get_examples(self):
        """Of `view.examples[action]`: what may be sent, and what is answered."""
        examples = getattr(self.view, "examples", {}).get(self.view.action, {})
        return [
            OpenApiExample(
                f"{name} {number}" if number else name,
                value=value,
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
        return f"{_title(self.view.list_key or 'array')}Of{serializer_name}"

    def _said(self) -> str:
        method = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return get_doc(method) if method else ""


def describe_errors(result: dict, generator, request, public) -> dict:
    """Give every operation the error answers it can give, in the one shape."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    components["responses"] = {}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _errors_of(path, method, operation):
                name = f"Error{status}"
                operation["responses"][status] = {
                    "$ref": f"#/components/responses/{name}"
                }
                components["responses"][name] = _error(MEANINGS[status])
    return result


def _error(meaning: str) -> dict:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": meaning, "content": {"application/json": {"schema": schema}}}


def _errors_of(path: str, method: str, operation: dict) -> list[str]:
    """Those it names itself, and those that its kind of operation can give."""
    writes, takes = method.upper() in WRITES, "requestBody" in operation
    asks = any(p["in"] == "query" for p in operation.get("parameters", []))
    statuses = {status for status in operation["responses"] if status[0] == "4"}
    if takes or asks:
        statuses.add("400")
    if takes or "{" in path:
        statuses.add("404")
    if {} not in operation.get("security", [{}]):
        statuses |= {"401", "403"}
    if writes:
        statuses |= {"409", "411", "413", "429"}
    if takes:
        statuses |= {"408", "415"}
    return sorted(statuses | {"503"})
