"""Headers that tell browsers strictly what a page may load and do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

COMMON = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The admin's theme evaluates the expressions of its attributes (Alpine.js) and sets
# styles in attributes; no page of it has a script of its own.
ADMIN = COMMON | {
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
}
# Swagger UI and Redoc set styles, and Redoc searches in a worker.
API_DOCS = COMMON | {"style-src": "'self' 'unsafe-inline'", "worker-src": "blob:"}
POLICIES = {"/admin/": ADMIN, "/api/docs": API_DOCS, "/api/redoc": API_DOCS}
UNUSED_FEATURES = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), payment=(), usb=()"
)


class PagePolicyMiddleware:
    """Set `Content-Security-Policy` and `Permissions-Policy` of every HTML page.

    A view that sets a policy itself keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            policy = as_header(policy_of(request.path))
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers["Permissions-Policy"] = UNUSED_FEATURES
        return response


def policy_of(path: str) -> dict[str, str]:
    """Return the directives of the pages below a path."""
    for prefix, policy in POLICIES.items():
        if path.startswith(prefix):
            return policy
    return COMMON


def as_header(policy: dict[str, str]) -> str:
    """Return directives as the value of the header."""
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())
