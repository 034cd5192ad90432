"""The renderer of JSON answers, whatever the Accept header names."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OrjsonRenderer(BaseRenderer):
    """Renders answers as JSON with `orjson`."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 by definition

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return `data` as UTF-8 JSON, nothing for None."""
        return b"" if data is None else to_json(data)


def to_json(data: object) -> bytes:
    """Return `data` as UTF-8 JSON, encoded as every response of the API is."""
    return orjson.dumps(
        data, default=_encode, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    )


def to_json_types(data: object) -> Any:
    """Return `data` as dicts, lists, strings and numbers, as a client would parse it.

    Dates and decimals of serializer output become what they are in a response.
    """
    return orjson.loads(to_json(data))


def _encode(value: object) -> float | str | dict[str, Any] | list[Any]:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list):
        return list(value)
    if isinstance(value, str):
        return str(value)
    raise TypeError


class AlwaysJson(BaseContentNegotiation):
    """Reads a body by its exact media type, and answers with the first renderer."""

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        """Return the parser of the body's media type; None if there is none."""
        for parser in parsers:
            if request.content_type.split(";")[0].strip().lower() == parser.media_type:
                return parser
        return None

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer and its media type."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
