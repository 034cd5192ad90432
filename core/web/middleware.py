"""What wraps every request: its id and log line, its size, the shape of exceptions."""

import logging
import re
import time
import uuid
from contextlib import suppress

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import JsonResponse, UnreadablePostError
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from core import exceptions
from core.request_id import set_request_id

access = logging.getLogger("marketplace.access")
JSON = "application/json"
PATIENCE = 8  # times the limit: what a too large body may measure to be waited for
LONGEST_QUERY = 16_000  # characters
CHUNK_BYTES = 64 * 1024
ACCEPTABLE_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class RequestIdMiddleware:
    """Give each request an id: in its logs, and in the answer's `X-Request-ID`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        set_request_id(request.id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        if access.isEnabledFor(logging.INFO):
            self._log(request, response, (time.perf_counter() - started) * 1000)
        return response

    def _log(self, request, response, elapsed_ms: float) -> None:
        path = iri_to_uri(request.path)  # no raw line breaks; and never the query
        access.info(
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
    """Under /api/ every error has the one shape, also what no view has answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        failed = response.status_code >= 400 and request.path.startswith("/api/")
        if failed and not response.get("Content-Type", "").startswith(JSON):
            return exceptions.of_status(response.status_code)
        return response


class LanguageMiddleware:
    """Answer in the reader's language.

    Django's own looks for a language in the path, on both ways; none begins with one.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.LANGUAGE_CODE = translation.get_language_from_request(request)
        translation.activate(request.LANGUAGE_CODE)
        response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class BodyLimitMiddleware:
    """Refuse what is too long, or of unknown length, before reading it.

    A body that stops arriving frees its thread after `BODY_PATIENCE_SECONDS`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request) -> JsonResponse | None:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            sentence = _("The address of the request is too long.")
            return JsonResponse(exceptions.body(sentence, "uri_too_long"), status=414)
        if connection := request.META.get("gunicorn.socket"):
            connection.settimeout(settings.BODY_PATIENCE_SECONDS)
        if "HTTP_TRANSFER_ENCODING" in request.META:
            sentence = _("Send the body with a Content-Length.")
            return JsonResponse(
                exceptions.body(sentence, "length_required"), status=411
            )
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdigit() and int(length) > self._limit(request):
            self._let_it_finish(request, int(length))
            sentence = _("The request is too large.")
            return JsonResponse(exceptions.body(sentence, "too_large"), status=413)
        return None

    def _let_it_finish(self, request, length: int) -> None:
        """Throw a moderately large body away, piece by piece.

        A client that is still sending when the connection closes never reads the
        answer. What is beyond patience is cut off unread.
        """
        if length <= PATIENCE * self._limit(request):
            with suppress(UnreadablePostError):
                while request.read(CHUNK_BYTES):
                    pass

    def _limit(self, request) -> int:
        if request.content_type == "multipart/form-data":
            return settings.UPLOAD_MAX_BYTES + 64 * 1024  # room for the form around it
        return settings.BODY_MAX_BYTES


class OutsideApi:
    """Cookies and what hangs on them are for the pages of staff: the API reads none."""

    def __call__(self, request):
        if request.path.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)


class PageSessionMiddleware(OutsideApi, SessionMiddleware):
    pass


class PageAuthenticationMiddleware(OutsideApi, AuthenticationMiddleware):
    pass


class PageMessageMiddleware(OutsideApi, MessageMiddleware):
    pass
