"""Middleware: request ids and access log, JSON errors, language, request limits."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import (
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from core.exceptions import error_body, error_response
from core.request_id import set_request_id

access_logger = logging.getLogger("marketplace.access")
JSON = "application/json"
MAX_DRAINED_RATIO = 8  # a body of up to this times its limit is read before the 413
MAX_QUERY_CHARS = 16_000
FORM_OVERHEAD_BYTES = 64 * 1024  # of multipart/form-data, around the file
CHUNK_BYTES = 64 * 1024
AnyResponse = HttpResponseBase | Awaitable[HttpResponseBase]
GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID_PATTERN = re.compile(r"[\w.-]{1,64}", re.ASCII)


class IdentifiedRequest(HttpRequest):
    """A request with the `id` that `RequestIdMiddleware` sets."""

    id: str


class RequestIdMiddleware:
    """Set the request id of logs and of `X-Request-ID`, and write the access log.

    An id in the request is used if it is safe in a header and in a log line.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: IdentifiedRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID_PATTERN.fullmatch(given) else uuid.uuid4().hex
        set_request_id(request.id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        if access_logger.isEnabledFor(logging.INFO):
            self._log(request, response, (time.perf_counter() - started) * 1000)
        return response

    def _log(
        self, request: HttpRequest, response: HttpResponse, elapsed_ms: float
    ) -> None:
        # Encoded, as a raw line break would forge a line. Without the query string,
        # which may hold tokens.
        path = iri_to_uri(request.path)
        access_logger.info(
            "%s %s %s",
            request.method,
            path,
            response.status_code,
            extra={
                "context": {
                    "method": request.method,
                    "path": path,
                    "status": response.status_code,
                    "ms": round(elapsed_ms, 1),
                }
            },
        )


class JsonErrorsMiddleware:
    """Under /api/ answer every error in the one JSON shape.

    Middleware and Django itself answer some errors in HTML or plain text.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        failed = response.status_code >= 400 and request.path.startswith("/api/")
        if failed and not response.get("Content-Type", "").startswith(JSON):
            return error_response(response.status_code)
        return response


class LanguageMiddleware:
    """Activate the language of `Accept-Language` or of the language cookie.

    Django's `LocaleMiddleware` also resolves the path, twice per request, to look for
    a language prefix. No URL here has one.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.LANGUAGE_CODE = translation.get_language_from_request(request)
        translation.activate(request.LANGUAGE_CODE)
        response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class RequestLimitsMiddleware:
    """Refuse long URLs, large bodies and bodies of unknown length before reading them.

    A body of which nothing arrives for `BODY_TIMEOUT_SECONDS` is answered with 408.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> JsonResponse | None:
        if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY_CHARS:
            message = _("The URL is too long.")
            return JsonResponse(error_body(message, "uri_too_long"), status=414)
        if connection := request.META.get("gunicorn.socket"):
            # Without it, a client that stops sending would block this thread.
            connection.settimeout(settings.BODY_TIMEOUT_SECONDS)
        if "HTTP_TRANSFER_ENCODING" in request.META:
            message = _("A Content-Length header is required.")
            return JsonResponse(error_body(message, "length_required"), status=411)
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdigit() and int(length) > self._limit(request):
            self._drain(request, int(length))
            message = _("The request is too large.")
            return JsonResponse(error_body(message, "too_large"), status=413)
        return None

    def _drain(self, request: HttpRequest, length: int) -> None:
        """Read and drop the body, unless it is far too large.

        A client that is still sending when the connection closes gets an error of its
        network library instead of the 413.
        """
        if length <= MAX_DRAINED_RATIO * self._limit(request):
            with suppress(UnreadablePostError):
                while request.read(CHUNK_BYTES):
                    pass

    def _limit(self, request: HttpRequest) -> int:
        if request.content_type == "multipart/form-data":
            return settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES
        return settings.BODY_MAX_BYTES


class SkipApiMixin(MiddlewareMixin):
    """Skip a middleware under /api/.

    Sessions are for the admin. The API reads no cookies, so it needs no session, no
    `request.user` of Django and no messages, and no CSRF protection.
    """

    def __call__(self, request: HttpRequest) -> AnyResponse:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)


class NonApiSessionMiddleware(SkipApiMixin, SessionMiddleware):
    """Django's sessions, outside /api/."""


class NonApiAuthenticationMiddleware(SkipApiMixin, AuthenticationMiddleware):
    """Django's `request.user`, outside /api/."""


class NonApiMessageMiddleware(SkipApiMixin, MessageMiddleware):
    """Django's flash messages, outside /api/."""
