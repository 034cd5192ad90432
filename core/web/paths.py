"""The path of a request as logs and traces may show it."""

import logging
import re

from django.http import HttpRequest
from django.utils.encoding import iri_to_uri

REMOVED = "[removed]"
# A token in a path that no route took apart, as of a link that was cut or changed.
LONG_SEGMENT = re.compile(r"[^/]{25,}")


def loggable_path(request: HttpRequest) -> str:
    """Return the path without its token, encoded, as a line break would forge a line.

    A token is what a route calls `token`. The signatures of pictures are in the query
    string, which no log has.
    """
    match = request.resolver_match
    if match is None or not match.kwargs:
        return iri_to_uri(LONG_SEGMENT.sub(REMOVED, request.path))
    token = match.kwargs.get("token", "")
    return iri_to_uri(request.path.replace(token, REMOVED) if token else request.path)


class TokenFilter(logging.Filter):
    """Replaces the path in the lines that Django writes about a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change `record.args`; return True, so that no record is dropped."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            path = loggable_path(request)
            record.args = tuple(
                path if value == request.path else value for value in record.args
            )
        return True
