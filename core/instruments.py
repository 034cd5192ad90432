"""The metrics of this process. Import it through `core.metrics`, and only if enabled.

`prometheus_client` decides at its import whether several processes share their values:
gunicorn.conf.py sets `PROMETHEUS_MULTIPROC_DIR` before its workers start.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from django.db import DatabaseError
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "marketplace_requests",
    "HTTP requests.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "marketplace_request_seconds",
    "Duration of HTTP requests.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
REQUEST_QUERIES = Counter(
    "marketplace_request_queries",
    "Database queries of HTTP requests.",
    ["route"],
    registry=REGISTRY,
)
QUERY_SECONDS = Histogram(
    "marketplace_query_seconds",
    "Duration of the database queries of HTTP requests.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 3),
    registry=REGISTRY,
)
JOB_SECONDS = Histogram(
    "marketplace_job_seconds",
    "Duration of attempts of jobs; outcome: done, retried, dead or lost.",
    ["job", "outcome"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 300),
    registry=REGISTRY,
)
EMAILS = Counter(
    "marketplace_emails",
    "E-mails; outcome: sent, refused or failed (and retried).",
    ["outcome"],
    registry=REGISTRY,
)
SMS = Counter(
    "marketplace_text_messages",
    "Text messages; outcome: sent, refused, not_sent or unknown.",
    ["outcome"],
    registry=REGISTRY,
)
SOCKETS = Gauge(
    "marketplace_sockets",
    "Open WebSocket connections.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
SOCKETS_CLOSED = Counter(
    "marketplace_sockets_closed",
    "Closed WebSocket connections, by close code.",
    ["code"],
    registry=REGISTRY,
)


class Queue(Collector):
    """The numbers of jobs, read from the database while Prometheus asks."""

    def __init__(self, status: Callable[[], Mapping[str, int]]):
        self._status = status

    def collect(self) -> Iterable[Metric]:
        """Yield the jobs by status, and how late the oldest due one is."""
        try:
            state = dict(self._status())
        except DatabaseError:
            return []  # the other metrics matter most while the database is down
        late = GaugeMetricFamily(
            "marketplace_jobs_late_seconds",
            "How long the oldest due job has waited.",
            value=state.pop("late_seconds"),
        )
        jobs = GaugeMetricFamily(
            "marketplace_jobs", "Jobs in the queue, by status.", labels=["status"]
        )
        for status, count in state.items():
            jobs.add_metric([status], count)
        return [late, jobs]


def registry(status: Callable[[], Mapping[str, int]] | None) -> CollectorRegistry:
    """Return what one answer shows: the values of all processes, and the queue.

    `status` returns the state of the queue; None leaves it out.
    """
    whole = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    else:
        whole.register(REGISTRY)
    if status is not None:
        whole.register(Queue(status))
    return whole


def exposition(status: Callable[[], Mapping[str, int]] | None) -> bytes:
    """Return the metrics in the text format of Prometheus."""
    return generate_latest(registry(status))


def serve(host: str, port: int, status: Callable[[], Mapping[str, int]] | None) -> None:
    """Answer with the metrics at an address of this machine, from a thread."""
    start_http_server(port, host, registry(status))
