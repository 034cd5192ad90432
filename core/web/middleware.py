"""Middleware: request ids and access log, JSON errors, language, request limits."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from core.exceptions import DEFAULT_MESSAGES, error_body, error_response
from core.gate import Busy
from core.request_id import set_request_id
from core.web.limits import REFUSAL, body_limit
from core.web.paths import loggable_path

access_logger = logging.getLogger("marketplace.access")
JSON = "application/json"
MAX_QUERY_CHARS = 16_000
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
        path = loggable_path(request)
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

    Middleware and Django itself answer some errors in HTML or plain text. A browser
    sees a `page_for_people` as it is.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        failed = response.status_code >= 400 and request.path.startswith("/api/")
        if not failed or response.get("Content-Type", "").startswith(JSON):
            return response
        is_browser = "text/html" in request.headers.get("Accept", "")
        if is_browser and getattr(response, "is_page", False):
            return response
        return error_response(response.status_code)


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
    """Refuse long URLs, large bodies and bodies of unknown length; and for the server.

    The server has read the body before: within its limits of time and memory, or not at
    all. It names a refusal in the environ, as only answers from here have the shape,
    the language and the CORS headers of the others.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Answer 503 in the admin too, when too many hash passwords."""
        if isinstance(error, Busy):
            headers = {"Retry-After": str(error.retry_after)}
            return HttpResponse(str(error), status=error.status, headers=headers)
        return None

    def _refusal(self, request: HttpRequest) -> JsonResponse | None:
        if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY_CHARS:
            message = _("The URL is too long.")
            return JsonResponse(error_body(message, "uri_too_long"), status=414)
        if "HTTP_TRANSFER_ENCODING" in request.META:
            message = _("A Content-Length header is required.")
            return JsonResponse(error_body(message, "length_required"), status=411)
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdigit() and int(length) > body_limit(request.content_type or ""):
            message = _("The request is too large.")
            return JsonResponse(error_body(message, "too_large"), status=413)
        if refusal := request.META.get(REFUSAL):
            return self._server_refusal(refusal)
        return None

    def _server_refusal(self, refusal: str) -> JsonResponse:
        if refusal == "request_timeout":
            message = _("This took too long to arrive. Please try again.")
            return JsonResponse(error_body(message, refusal), status=408)
        body = error_body(DEFAULT_MESSAGES["unavailable"], "unavailable")
        return JsonResponse(body, status=503, headers={"Retry-After": "1"})


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
