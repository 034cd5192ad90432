"""The WebSocket handshake as a Django request, and whether its origin is allowed."""

import logging
from typing import cast
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, QueryDict

logger = logging.getLogger("django.security.DisallowedHost")  # of HTTP, too


def request_of(scope: dict) -> HttpRequest:
    """Return the handshake of an ASGI scope as a request.

    Hosts and client addresses are then read by the same code as those of HTTP. `GET`
    is a plain dict with the last value of each parameter.
    """
    request = HttpRequest()
    request.path = scope["path"]
    for name, value in scope["headers"]:
        if b"_" not in name:  # its key in META would be that of a name with a hyphen
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            before = f"{request.META[key]}," if key in request.META else ""
            request.META[key] = before + value.decode("latin-1")
    host, port = scope.get("server") or ("localhost", 80)
    request.META |= {"SERVER_NAME": host, "SERVER_PORT": str(port)}
    request.META["REMOTE_ADDR"] = (scope.get("client") or ("",))[0]
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    last = {name: values[-1] for name, values in query.items()}
    request.GET = cast(QueryDict, last)
    return request


def is_origin_allowed(request: HttpRequest) -> bool:
    """Return whether the `Host` is ours and the `Origin` may open a socket.

    Browsers always send `Origin`; a client without one is no browser, and cannot be
    used by the page of another site.
    """
    origin = request.META.get("HTTP_ORIGIN")
    try:
        host = request.get_host()
    except DisallowedHost as error:
        logger.warning(str(error))
        return False
    if origin is None or origin in settings.CORS_ALLOWED_ORIGINS:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False
