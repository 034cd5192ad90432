"""Error reports to Sentry and traces to OpenTelemetry, where settings name a receiver.

Neither package is imported otherwise. Personal data stay here: no bodies, queries,
cookies, headers, local variables or addresses are sent, and tokens and e-mail addresses
are cut out of texts.
"""

import re
from typing import Any

from django.conf import settings

from core.web.paths import REMOVED, loggable_path

# JSON Web Tokens, credentials of headers and URLs, and e-mail addresses.
SECRET_TEXT = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?i:bearer)\s+[\w.~+/=-]+"
    r"|(?<=://)[^/\s@]+(?=@)"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
REQUEST_KEYS = {"method"}  # all that is sent of a request
# Of OpenTelemetry's Django spans, in its old and new names.
URL_ATTRIBUTES = ("http.url", "http.target", "url.full", "url.path")
PERSONAL_ATTRIBUTES = (
    "client.address",
    "http.client_ip",
    "http.user_agent",
    "net.peer.ip",
    "network.peer.address",
    "url.query",
    "user_agent.original",
)


def start(service: str) -> None:
    """Begin to report from this process; do nothing without settings for it."""
    if settings.SENTRY_DSN:
        _start_sentry(service)
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _start_traces(service)


def scrub(value: Any) -> Any:
    """Return the value with tokens and e-mail addresses cut out of all its texts."""
    if isinstance(value, str):
        return SECRET_TEXT.sub(REMOVED, value)
    if isinstance(value, dict):
        return {key: scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value


def scrub_event(event: dict[str, Any], hint: Any = None) -> dict[str, Any]:
    """Return an event of Sentry without what may identify or sign in a person."""
    event = {key: value for key, value in event.items() if key != "user"}
    if "request" in event:
        request = event["request"]
        event["request"] = {k: v for k, v in request.items() if k in REQUEST_KEYS}
    return scrub(event)


def _start_sentry(service: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,  # they hold passwords and rows of people
        max_request_body_size="never",
        max_breadcrumbs=0,  # queries and log lines of this and earlier requests
        before_send=scrub_event,  # type: ignore[arg-type]
        server_name=service,
    )


def _start_traces(service: str) -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/")
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(request_hook=scrub_span)


def scrub_span(span: Any, request: Any) -> None:
    """Overwrite what a span says about the client and its query string."""
    attributes = getattr(span, "attributes", None) or {}
    for name in URL_ATTRIBUTES:
        if name in attributes:
            span.set_attribute(name, loggable_path(request))
    for name in PERSONAL_ATTRIBUTES:
        if name in attributes:
            span.set_attribute(name, REMOVED)
