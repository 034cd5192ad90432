"""Maintenance mode: what is refused, and with which words."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from core.exceptions import error_body
from core.languages import in_language
from core.web.middleware import GetResponse
from market.registry import (
    MAINTENANCE_MODE,
    MAINTENANCE_RETRY_SECONDS,
    MAINTENANCE_TEXTS,
    Maintenance,
)

READS = frozenset({"GET", "HEAD", "OPTIONS"})
# What goes on: without a new token a client would sign its person out, and providers
# would repeat what they report, or give up.
EXEMPT = frozenset(
    {
        "/api/auth/refresh",
        "/api/payments/webhook",
        "/api/payments/webhook/accounts",
        "/api/payments/webhook/connect",
        "/api/sms/twilio/status",
        "/api/sms/bird/status",
        "/api/mail/events",
    }
)


class MaintenanceMiddleware:
    """Answer 503 under /api/ in maintenance mode.

    Everything else goes on: health checks, the admin, static files and pages.
    `realtime.maintenance` answers for WebSocket connections.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path
        if not path.startswith("/api/") or path in EXEMPT:
            return self.get_response(request)
        mode = MAINTENANCE_MODE.get()
        if mode == Maintenance.OFF or (
            mode == Maintenance.WRITES and request.method in READS
        ):
            return self.get_response(request)
        return refusal()


def text() -> str:
    """Return what is said to people, in the active language."""
    texts = {code: setting.get() for code, setting in MAINTENANCE_TEXTS.items()}
    return in_language(texts) or _(
        "We are working on the marketplace. Please try again in a few minutes."
    )


def refuses_reads() -> bool:
    """Return whether reads are refused now, and not changes alone."""
    return MAINTENANCE_MODE.get() == Maintenance.ALL


def refusal() -> JsonResponse:
    """Return the answer to what is refused, in the active language."""
    headers = {
        "Retry-After": str(MAINTENANCE_RETRY_SECONDS.get()),
        "Cache-Control": "no-store",
    }
    body = error_body(text(), "maintenance")
    return JsonResponse(body, status=503, headers=headers)
