"""Middleware that measures requests, and the answer of `/metrics`."""

import re
import time
from collections.abc import Callable
from functools import lru_cache
from secrets import compare_digest
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse

from core import metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PARAM = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")
SYNTAX = re.compile(r"\([^)]*\)|[\^$?\\]")  # of regular expressions
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_ROUTE = "none"  # refused before a route was found, or no route matched


class MetricsMiddleware:
    """Measure each request. Without METRICS_TOKEN and METRICS_PORT it is not installed.

    `/metrics` answers 404 unless the token is right: nobody can see that it exists.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        if not metrics.is_enabled():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/metrics" and _is_authorized(request):
            return exposition()
        queries = _QueryTimer()
        started = time.perf_counter()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        metrics.observe_request(
            # Names of the client's own choice would make a series each.
            request.method if request.method in METHODS else "other",
            _route(request),
            response.status_code,
            time.perf_counter() - started,
            queries.count,
        )
        return response


class _QueryTimer:
    """An execute wrapper that counts and measures the queries of one request."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        self.count += 1
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            metrics.observe_query(time.perf_counter() - started)


def _is_authorized(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    # Compared in constant time: the duration must not tell how much of it is right.
    return bool(token) and compare_digest(
        given.encode(errors="replace"), f"Bearer {token}".encode()
    )


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return readable(match.route) if match else NO_ROUTE


@lru_cache(maxsize=1000)  # there are fewer routes
def readable(route: str) -> str:
    """Return a route of Django as in the API description: `/api/tasks/{pk}`."""
    named = PARAM.sub(lambda found: f"{{{found[1] or found[2]}}}", route)
    return "/" + SYNTAX.sub("", named).strip("/")


def exposition() -> HttpResponse:
    """Return the metrics of all processes of this server, and the queue."""
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE)
