"""The strict parser of JSON bodies."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

LARGEST_INTEGER = 2**63 - 1
MAX_VALUES = 50_000  # of one body; each costs some hundred bytes of memory


class StrictJSONParser(BaseParser):
    """Refuses what an answer could not repeat, and what parsers read differently.

    That is NaN, infinite numbers, integers over 64 bits, repeated keys, lone
    surrogates, nesting deeper than 254, and more than `MAX_VALUES` values.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body. Raises `ParseError` (400) if it is refused."""
        body = stream.read()
        # Before parsing: a megabyte of `{},{},…` would become thirty of objects.
        if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise ParseError(_("The body has too many values."))
        try:
            return parse_json(body.decode())
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON.")) from error


class FormParser(MultiPartParser):
    """Multipart forms, whatever the case of their media type."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the data and files. Raises `ParseError` (400) if malformed."""
        name, semicolon, parameters = (media_type or "").partition(";")
        # Django compares the name with case; the boundary keeps its own.
        exact = f"{name.strip().lower()}{semicolon}{parameters}"
        return super().parse(stream, exact, parser_context)


def parse_json(text: str) -> Any:
    """Return the value of `text`. Raises `ValueError` for what is refused here."""
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_float,
            parse_int=_integer,
        )
        orjson.dumps(found)
    except (RecursionError, orjson.JSONEncodeError) as error:
        raise ValueError("not repeatable as JSON") from error
    return found


def _object(pairs: list[tuple[Any, ...]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_INTEGER:
        raise ValueError(text)
    return number
