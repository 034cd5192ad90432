"""What is measured for Prometheus, and how a measurement is taken.

Everything is off unless `METRICS_TOKEN` or `METRICS_PORT` is set: then nothing is
imported, and no measurement is taken.
"""

import logging
from collections.abc import Callable
from functools import cache
from types import ModuleType

from django.conf import settings

logger = logging.getLogger("marketplace.metrics")
# The state of the queue: `jobs` sets it, since core knows no queue.
_queue: dict[str, Callable[[], dict[str, int]]] = {}


def is_enabled() -> bool:
    """Return whether measurements are taken."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_PORT)


@cache
def _instruments() -> ModuleType:
    # On first use: with gunicorn the workers must have their directory by then.
    from core import instruments

    return instruments


def observe_request(
    method: str, route: str, status: int, seconds: float, queries: int
) -> None:
    """Count one request and its queries; only with `is_enabled()`."""
    metrics = _instruments()
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    metrics.REQUEST_QUERIES.labels(route).inc(queries)


def observe_query(seconds: float) -> None:
    """Count one database query; only with `is_enabled()`."""
    _instruments().QUERY_SECONDS.observe(seconds)


def observe_job(name: str, outcome: str, seconds: float) -> None:
    """Count one attempt of a job, if measurements are taken."""
    if is_enabled():
        _instruments().JOB_SECONDS.labels(name, outcome).observe(seconds)


def observe_email(outcome: str) -> None:
    """Count one e-mail that was handed over or refused, if measurements are taken."""
    if is_enabled():
        _instruments().EMAILS.labels(outcome).inc()


def observe_sms(outcome: str) -> None:
    """Count one text message that was handed over or failed, if measurements are."""
    if is_enabled():
        _instruments().SMS.labels(outcome).inc()


def socket_opened() -> None:
    """Count an open socket, if measurements are taken."""
    if is_enabled():
        _instruments().SOCKETS.inc()


def socket_closed(code: int | None) -> None:
    """Count a socket as closed, by code, if measurements are taken."""
    if is_enabled():
        _instruments().SOCKETS.dec()
        _instruments().SOCKETS_CLOSED.labels(str(code or "client")).inc()


def show_queue(status: Callable[[], dict[str, int]]) -> None:
    """Let the metrics contain the state of the queue that `status` returns."""
    _queue["status"] = status


def exposition() -> bytes:
    """Return all metrics in the text format of Prometheus; only with `is_enabled()`."""
    return _instruments().exposition(_queue.get("status"))


def serve() -> None:
    """Answer every path with the metrics, at METRICS_PORT of HOST, from a thread.

    For processes without HTTP of their own, as the worker. Nothing if there is no port.
    A port that cannot be used is logged: the work of the process matters more.
    """
    if not settings.METRICS_PORT:
        return
    try:
        _instruments().serve(settings.HOST, settings.METRICS_PORT, _queue.get("status"))
    except OSError as error:
        logger.warning(
            "no metrics at METRICS_PORT %s of %s: %s. A second worker on a machine"
            " needs another port.",
            settings.METRICS_PORT,
            settings.HOST,
            error,
        )
