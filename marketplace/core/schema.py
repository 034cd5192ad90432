"""The OpenAPI document, read off the viewsets."""

from functools import cache

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
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
    "409": "Not possible now.",
    "411": "The body has no length.",
    "413": "The request is too large.",
    "415": "The body is of a wrong type.",
    "429": "Too many requests.",
}
MESSAGE = inline_serializer("Message", {"message": serializers.CharField()})


@cache
def written(noun: str, output: type, **more: type):
    """What a write answers: `{"message", noun: {…}}`, and more objects by name."""
    parts = {noun: output} | more
    fields = {"message": serializers.CharField()}
    fields |= {name: part() for name, part in parts.items()}
    return inline_serializer(f"{'And'.join(map(str.title, parts))}Written", fields)


class Schema(AutoSchema):
    """Input from `inputs[action]`; a write answers `{"message", noun}`."""

    def get_tags(self):
        return [self.path.removeprefix("/api/").split("/")[0]]

    def get_operation_id(self):
        words = self.path.removeprefix("/api/").replace("{", "").replace("}", "")
        return "_".join(
            [self.method.lower(), *words.replace("-", "_").replace("/", "_").split("_")]
        )

    def get_request_serializer(self):
        inputs = getattr(self.view, "inputs", None)
        if inputs is None:
            return super().get_request_serializer()
        return inputs.get(self.view.action) if self.method in WRITES else None

    def get_response_serializers(self):
        noun = getattr(self.view, "noun", "")
        if self.method == "DELETE":
            return MESSAGE
        if self.method in WRITES and noun:
            status = 201 if self.view.action == "create" else 200
            return {status: written(noun, self.view.serializer_class)}
        if self._is_list_view():
            return self.view.get_serializer_class()
        return self.view.serializer_class

    def _is_list_view(self, serializer=None) -> bool:
        if self.method != "GET" or getattr(self.view, "detail", False):
            return False
        return getattr(self.view, "action", "") == "list" or super()._is_list_view(
            serializer
        )


def describe_errors(result: dict, generator, request, public) -> dict:
    """Give every operation the error answers it can give, in the one shape."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in _errors_of(method, operation):
                operation["responses"].setdefault(
                    status,
                    {
                        "description": MEANINGS[status],
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Error"}
                            }
                        },
                    },
                )
    return result


def _errors_of(method: str, operation: dict) -> list[str]:
    statuses = ["400", "404"]
    if {} not in operation.get("security", []):
        statuses += ["401", "403"]
    if method.upper() in WRITES:
        statuses += ["409", "411", "413", "415", "429"]
    return sorted(statuses)
