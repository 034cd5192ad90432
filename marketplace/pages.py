"""The few pages that belong to no domain."""

import re
from base64 import b64encode
from hashlib import sha256
from threading import Lock

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView

CHAT = settings.BASE_DIR / "docs" / "examples" / "chat.html"


class SchemaView(SpectacularAPIView):
    """One reader at a time: drf-spectacular loads its extensions without a lock."""

    lock = Lock()

    def _get_schema_response(self, request):
        with self.lock:
            return super()._get_schema_response(request)


def welcome(request: HttpRequest) -> HttpResponse:
    """A page for whoever has just started the server."""
    words = {
        "name": settings.SITE_NAME,
        "here": f"{request.scheme}://{request.get_host()}",
        "demo_password": demo_password() if settings.DEMO else "",
    }
    return render(request, "welcome.html", words)


def demo_password() -> str:
    from seed.people import DEMO_PASSWORD

    return DEMO_PASSWORD


def chat(request: HttpRequest) -> HttpResponse:
    """A client in one page, to read and to try. The demo alone serves it."""
    if not settings.DEMO:
        raise Http404
    page = CHAT.read_text()
    policy = {
        "default-src": "'none'",
        "script-src": fingerprint(page, "script"),
        "style-src": fingerprint(page, "style"),
        "img-src": "data:",
        "connect-src": "'self' ws://{0} wss://{0}".format(request.get_host()),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    told = "; ".join(f"{name} {allowed}" for name, allowed in policy.items())
    return HttpResponse(page, headers={"Content-Security-Policy": told})


def fingerprint(page: str, tag: str) -> str:
    """What a content policy calls the one element of this kind in a page."""
    [inside] = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
    return f"'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}'"
