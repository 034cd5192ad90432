"""Pages outside the apps: API description, welcome page, chat example."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from threading import Lock

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from core.web.page_policy import as_header

EXAMPLES = settings.BASE_DIR / "docs" / "examples"


class SchemaView(SpectacularAPIView):
    """The API description, generated once per process and format."""

    # One thread at a time. drf-spectacular loads its extensions into module globals
    # without a lock: two first requests at once would generate it with half of them.
    lock = Lock()
    documents: dict[str, "Document"] = {}  # by the format of the renderer

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        with self.lock:
            if renderer.format not in self.documents:
                response = super()._get_schema_response(request)
                content = renderer.render(response.data, renderer.media_type, {})
                self.documents[renderer.format] = Document(content)
        filename = self._get_filename(request, None)
        response = self.documents[renderer.format].response(request)
        response["Content-Type"] = renderer.media_type
        response["Content-Disposition"] = f'inline; filename="{filename}"'
        return response


class Document:
    """Bytes that do not change while the process runs, also compressed."""

    def __init__(self, content: bytes):
        self.content = content
        self.compressed = gzip.compress(content, mtime=0)
        self.digest = sha256(content).hexdigest()[:32]

    def response(self, request: HttpRequest) -> HttpResponse:
        """Return it with its ETag, which `ConditionalGetMiddleware` compares."""
        is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.compressed if is_compressed else self.content)
        suffix = "-gzip" if is_compressed else ""
        response["ETag"] = f'"{self.digest}{suffix}"'
        response["Cache-Control"] = "public, no-cache"
        patch_vary_headers(response, ["Accept", "Accept-Encoding"])
        if is_compressed:
            response["Content-Encoding"] = "gzip"
        return response


def welcome(request: HttpRequest) -> HttpResponse:
    """Return the start page: links, demo accounts, commands to try."""
    context = {
        "name": settings.SITE_NAME,
        "base_url": f"{request.scheme}://{request.get_host()}",
        "demo_password": demo_password() if settings.DEMO else "",
    }
    return render(request, "welcome.html", context)


def demo_password() -> str:
    """Return the password of the demo accounts."""
    from seed.people import DEMO_PASSWORD

    return DEMO_PASSWORD


def chat(request: HttpRequest) -> HttpResponse:
    """Return the example chat client, one HTML page.

    Raises `Http404` unless in demo mode.
    """
    return _example(request, "chat.html")


def account(request: HttpRequest) -> HttpResponse:
    """Return the example of sign-in, second factor and passkeys, one HTML page.

    Raises `Http404` unless in demo mode.
    """
    return _example(request, "account.html")


def _example(request: HttpRequest, name: str) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    page = (EXAMPLES / name).read_text()
    policy = {
        "default-src": "'none'",
        "script-src": csp_hash(page, "script"),
        "style-src": csp_hash(page, "style"),
        "img-src": "data:",
        "connect-src": "'self' ws://{0} wss://{0}".format(request.get_host()),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return HttpResponse(page, headers={"Content-Security-Policy": as_header(policy)})


def client_page(request: HttpRequest, **ids: int) -> HttpResponse:
    """Return a page that says what a link of an e-mail leads to: the web client.

    Raises `Http404` unless in demo mode: the site has a client of its own.
    """
    if not settings.DEMO:
        raise Http404
    return render(request, "client_page.html", {"path": request.path}, status=404)


def csp_hash(page: str, tag: str) -> str:
    """Return the CSP hash source of the only `tag` element in `page`."""
    [content] = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
