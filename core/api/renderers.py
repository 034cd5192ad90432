"""JSON out, whatever the Accept header asks for."""

from decimal import Decimal

import orjson
from django.utils.functional import Promise
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 by definition

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return b"" if data is None else to_json(data)


def to_json(data) -> bytes:
    """Return `data` as UTF-8 JSON, encoded as every response of the API is."""
    return orjson.dumps(
        data, default=_encode, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    )


def to_json_types(data):
    """Return `data` as dicts, lists, strings and numbers, as a client would parse it.

    Dates and decimals of serializer output become what they are in a response.
    """
    return orjson.loads(to_json(data))


def _encode(value):
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
    def select_parser(self, request, parsers):
        for parser in parsers:
            if request.content_type.split(";")[0].strip().lower() == parser.media_type:
                return parser
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type
