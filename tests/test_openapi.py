"""The committed description of the API is current, whole and true."""

import re
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


def test_the_document_sends_nobody_to_a_placeholder(document):
    assert "example.com" not in str(document["info"])


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def is_public(operation) -> bool:
    """No sign-in is needed; `[{}, …]` reads a token, `[]` does not."""
    return operation["security"] == [] or {} in operation["security"]


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
    assert is_public(operation) == (name in viewset.public_actions)


def test_every_list_stands_under_its_envelope(document):
    for pattern in router.urls:
        name = pattern.callback.actions.get("get")
        default = pattern.callback.cls.list_key if name == "list" else None
        list_key = pattern.callback.initkwargs.get("list_key", default)
        if list_key:
            answer = document["paths"][described(pattern)]["get"]["responses"]["200"]
            schema = answer["content"]["application/json"]["schema"]["$ref"]
            component = document["components"]["schemas"][schema.split("/")[-1]]
            info, rows = component["allOf"]
            assert info == {"$ref": "#/components/schemas/PageInfo"}
            assert list_key in rows["properties"]


def test_every_error_has_the_one_shape(document):
    shared = document["components"]["responses"]
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                answer = shared.get(answer.get("$ref", "").split("/")[-1], answer)
                [error, codes] = answer["content"]["application/json"]["schema"][
                    "allOf"
                ]
                assert error == {"$ref": "#/components/schemas/Error"}, name
                assert codes["properties"]["code"]["enum"], name
                assert "X-Request-ID" in answer["headers"], name


def test_only_what_needs_a_sign_in_answers_401(document):
    own_kind = {"POST /api/auth/login", "POST /api/auth/refresh"}
    own_kind |= {"POST /api/auth/passkeys/sign-in", "POST /api/auth/profile/keep"}
    own_kind.add("POST /api/auth/phone/start")
    for name, operation in operations(document):
        expected = not is_public(operation) or name in own_kind
        assert ("401" in operation["responses"]) == expected


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


def test_every_operation_has_an_example(document):
    """Of its body, if it has one, and of its answer, unless that is a file."""
    for name, operation in operations(document):
        contents = [operation["requestBody"]] if "requestBody" in operation else []
        contents += [a for s, a in operation["responses"].items() if s[0] == "2"]
        for content in contents:
            for type_, media in content["content"].items():
                assert type_ in FILES or media["examples"], name


FILES = {"image/*", "application/zip", "text/html", "text/csv"}
VERB_LINES = """
Accept Activate Answer Apply Archive Block Cancel Change Check Close Complete Confirm
Contact Count Create Delete Disable Dispute Edit Enable Exchange Get Give Keep List Mark
Pause Put Register Reject Remove Reserve Resolve Send Set Sign Start Toggle Unblock
Update Upload Verify Withdraw Appeal Report
"""
VERBS = set(VERB_LINES.split())


def test_every_summary_begins_with_a_verb(document):
    for name, operation in operations(document):
        assert operation["summary"].split()[0] in VERBS, name
        assert operation["description"], name


def test_operation_ids_are_unique_and_of_one_scheme(document):
    ids = [operation["operationId"] for _name, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    for name, operation in operations(document):
        tag = operation["tags"][0]
        camel = re.sub(r"-(\w)", lambda part: part[1].upper(), tag)
        assert re.fullmatch(
            rf"{camel}_[a-z]+([A-Z][a-z]+)*", operation["operationId"]
        ), name


def test_every_tag_is_declared_with_a_description(document):
    declared = {tag["name"] for tag in document["tags"] if tag["description"]}
    used = {tag for _name, one in operations(document) for tag in one["tags"]}
    assert used == declared


def test_duplicates_are_deprecated_and_name_what_to_use(document):
    ids = {one["operationId"]: one for _name, one in operations(document)}
    old = [one for one in ids.values() if one.get("deprecated")]
    assert len(old) == 11
    for operation in old:
        [named] = re.findall(r"duplicate of `(\w+)`", operation["description"])
        assert not ids[named].get("deprecated")
    for methods in document["paths"].values():
        if {"put", "patch"} <= set(methods):
            assert methods["put"]["deprecated"]


def test_every_code_in_the_source_is_described(document):
    """Codes are written in the source as `code = "…"` or `code="…"`."""
    apps = {pattern.callback.cls.__module__.split(".")[0] for pattern in router.urls}
    found = {
        code
        for app in {*apps, "core"}
        for path in (COMMITTED.parents[1] / app).rglob("*.py")
        if not {"tests", "forms.py", "core/api/filters.py"} & {*path.parts, path.name}
        for code in re.findall(r'\bcode ?= ?"(\w+)"', path.read_text())
    }
    found -= {"second_approver_needed", "case_changed", "batch_refused"}  # in the admin
    assert found <= set(document["components"]["schemas"]["ErrorCode"]["enum"])


def test_no_pattern_only_forbids_nul(document):
    assert "\\x00" not in COMMITTED.read_text()


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
    monkeypatch.setattr(SchemaView, "documents", {})
    assert b"alone: true" in api.get("/api/schema").content
