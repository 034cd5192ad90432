"""What wraps every request: its id and log line, and the size of its body."""

import logging
import re
import time
import uuid

from django.conf import settings
from django.http import JsonResponse
from django.utils.translation import gettext as _

from marketplace.core import errors
from marketplace.core.logs import enter_request

access = logging.getLogger("marketplace.access")
ACCEPTABLE_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class RequestIdMiddleware:
    """Give each request an id: in its logs, and in the answer's `X-Request-ID`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        enter_request(request.id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        if access.isEnabledFor(logging.INFO):
            self._log(request, response, (time.perf_counter() - started) * 1000)
        return response

    def _log(self, request, response, elapsed_ms: float) -> None:
        access.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "facts": {
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "ms": round(elapsed_ms, 1),
                }
            },
        )


class BodyLimitMiddleware:
    """Refuse a body that is too large, or of unknown length, before reading it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request) -> JsonResponse | None:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            sentence = _("Send the body with a Content-Length.")
            return JsonResponse(errors.body(sentence, "length_required"), status=411)
        length = request.META.get("CONTENT_LENGTH", "")
        if length.isdigit() and int(length) > self._limit(request):
            sentence = _("The request is too large.")
            return JsonResponse(errors.body(sentence, "too_large"), status=413)
        return None

    def _limit(self, request) -> int:
        if request.content_type == "multipart/form-data":
            return settings.UPLOAD_MAX_BYTES + 64 * 1024  # room for the form around it
        return settings.BODY_MAX_BYTES
