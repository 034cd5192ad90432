"""The committed description of the API is current, whole and true."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import EndpointEnumerator
from drf_spectacular.views import SpectacularAPIView
from jsonschema import Draft202012Validator
from rest_framework.response import Response

from marketplace.pages import SchemaView
from marketplace.urls import router

COMMITTED = Path(__file__).parents[1] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> dict:
    path = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(path))
    return yaml.safe_load(path.read_text())


def test_the_committed_document_is_current(document):
    assert yaml.safe_load(COMMITTED.read_text()) == document, "Run `make schema`."


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def described(pattern) -> str:
    """The path under which the document describes a route."""
    path = EndpointEnumerator().get_path_from_regex(pattern.pattern.regex.pattern)
    return f"/api{path.replace('{pk}', '{id}')}"


def actions():
    """(method, path, viewset, name of the action) of everything the router serves."""
    for pattern in router.urls:
        path, viewset = described(pattern), pattern.callback.cls
        for method, name in pattern.callback.actions.items():
            if method != "head":
                yield pytest.param(method, path, viewset, name, id=f"{method} {path}")


@pytest.mark.parametrize(("method", "path", "viewset", "name"), list(actions()))
def test_every_route_is_described(document, method, path, viewset, name):
    operation = document["paths"][path][method]
    assert operation["summary"]
    assert operation["tags"]
    assert ("requestBody" in operation) == (name in viewset.input_serializers)
    assert ({} in operation["security"]) == (name in viewset.public_actions)


def test_every_list_stands_under_its_envelope(document):
    for pattern in router.urls:
        name = pattern.callback.actions.get("get")
        default = pattern.callback.cls.list_key if name == "list" else None
        list_key = pattern.callback.initkwargs.get("list_key", default)
        if list_key:
            answer = document["paths"][described(pattern)]["get"]["responses"]["200"]
            schema = answer["content"]["application/json"]["schema"]["$ref"]
            component = document["components"]["schemas"][schema.split("/")[-1]]
            assert list_key in component["properties"]


def test_every_error_has_the_one_shape(document):
    errors = document["components"]["responses"].values()
    shapes = [e["content"]["application/json"]["schema"]["$ref"] for e in errors]
    assert set(shapes) == {"#/components/schemas/Error"}


def test_only_what_needs_a_sign_in_answers_401(document):
    own_kind = {"POST /api/auth/login", "POST /api/auth/refresh"}
    for name, operation in operations(document):
        public = {} in operation["security"]
        assert ("401" in operation["responses"]) == (not public or name in own_kind)


def shown_examples(document):
    for name, operation in operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [a.get("content", {}) for a in operation["responses"].values()]
        for content in contents:
            for media in content.values():
                for example in media.get("examples", {}).values():
                    yield name, media["schema"], example["value"]


def test_every_example_is_true(document):
    parts = {"components": document["components"]}
    for name, schema, value in shown_examples(document):
        errors = Draft202012Validator(schema | parts).iter_errors(value)
        assert [(name, e.json_path, e.message) for e in errors] == []


@pytest.mark.parametrize(
    "name",
    [
        "POST /api/auth/register",
        "POST /api/auth/login",
        "POST /api/listings",
        "POST /api/tasks",
        "POST /api/tasks/{id}/apply",
        "POST /api/offerings",
        "POST /api/reviews",
        "POST /api/favorites",
    ],
)
def test_the_main_operations_have_examples(document, name):
    values = [value for at, _schema, value in shown_examples(document) if at == name]
    assert len(values) >= 2  # what is sent, and what is answered


def test_readers_of_the_document_wait_for_each_other(api, monkeypatch):
    def respond(view, request):
        return Response({"alone": SchemaView.lock.locked()})

    monkeypatch.setattr(SpectacularAPIView, "_get_schema_response", respond)
    assert b"alone: true" in api.get("/api/schema").content
