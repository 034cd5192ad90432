"""An example of every JSON answer that has none by hand, built from its schema."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

from core.api.output import Output
from core.api.schema_responses import operations

if TYPE_CHECKING:  # it imports the views of REST framework
    from drf_spectacular.generators import SchemaGenerator

TEXTS = {  # by `format`
    "date-time": "2031-05-06T11:30:00Z",
    "email": "client7@example.com",
    "uri": "http://localhost:8000/api/uploads/4f1d0f3c6f6f4e0f9d7c2f4a8b1e5c3d.jpg",
    "binary": "photo.jpg",
}
SAMPLES = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
DEFAULT_TEXT = "Text"


def add_examples(
    result: dict[str, Any],
    generator: "SchemaGenerator",
    request: Request | None,
    public: bool,
) -> dict[str, Any]:
    """Add an example to each JSON answer of status 2xx without one."""
    schemas = result["components"]["schemas"]
    by_name = {
        output.__name__.removesuffix("Serializer"): output.example
        for output in _subclasses(Output)
        if output.example is not None
    }
    for _path, _method, operation in operations(result):
        for status, answer in operation["responses"].items():
            media = answer.get("content", {}).get("application/json", {})
            if status[0] == "2" and media and "examples" not in media:
                value = example_of(media["schema"], schemas, by_name)
                media["examples"] = {"Answer": {"value": value}}
    return result


def example_of(schema: dict[str, Any], schemas: dict[str, Any], by_name: dict) -> Any:
    """Return a value that `schema` accepts: hand-written for known components."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        if name in by_name:
            return by_name[name]
        return example_of(schemas[name], schemas, by_name)
    if "allOf" in schema:
        parts = [example_of(part, schemas, by_name) for part in schema["allOf"]]
        return reduce(or_, parts)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return example_of(schema[choice][0], schemas, by_name)
    return _of_type(schema, schemas, by_name)


def _of_type(schema: dict[str, Any], schemas: dict[str, Any], by_name: dict) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    type_ = schema.get("type", "object")
    type_ = type_[0] if isinstance(type_, list) else type_
    if type_ == "array":
        return [example_of(schema["items"], schemas, by_name)]
    if type_ == "object":
        properties = schema.get("properties", {})
        return {
            name: example_of(part, schemas, by_name)
            for name, part in properties.items()
            if name in schema.get("required", ())
        }
    if type_ == "string":
        return TEXTS.get(schema.get("format", ""), DEFAULT_TEXT)
    return schema.get("minimum", SAMPLES[type_])


def _subclasses(parent: type[Output]) -> Iterator[type[Output]]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)
