"""docs/asyncapi.yaml: the schemas of the frames, for the tests that see them."""

import json
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCS = Path(settings.BASE_DIR) / "docs"
CLIENT = "client."  # begins the names of the client's frames in the document


@cache
def document() -> dict:
    """The AsyncAPI document."""
    return yaml.safe_load((DOCS / "asyncapi.yaml").read_text())


@cache
def registry() -> Registry:
    """Both documents by the addresses that their references use."""
    found = Registry()
    for name in ("asyncapi.yaml", "openapi.yaml"):
        contents = yaml.safe_load((DOCS / name).read_text())
        found = found.with_resource(name, DRAFT202012.create_resource(contents))
    return found


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of a frame. Raises `KeyError` for one that is not described."""
    assert document()["components"]["messages"][name]
    path = f"asyncapi.yaml#/components/messages/{name}/payload"
    return Draft202012Validator(
        {"$ref": path}, registry=registry(), format_checker=FormatChecker()
    )


def check_server_frame(frame: dict) -> None:
    """Fail unless a frame of the server is as described, without other fields."""
    validator(frame["type"]).validate(frame)
    payload = document()["components"]["messages"][frame["type"]]["payload"]
    assert frame.keys() <= payload["properties"].keys()


def is_client_frame(text: str) -> bool:
    """Whether a text is a frame that clients may send."""
    try:
        frame = json.loads(text)
        found = validator(CLIENT + frame["type"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return found.is_valid(frame)


def check_close_code(code: int) -> None:
    """Fail unless a close code of the server is described."""
    assert str(code) in document()["channels"]["socket"]["x-close-codes"]
