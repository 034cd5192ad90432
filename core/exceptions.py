"""Exceptions of the domain, and the one JSON shape in which all errors are answered.

`core.api.exception_handler` turns the exceptions into responses.
"""

import errno
import sys
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from core.request_id import current_request_id

DEFAULT_MESSAGES = {
    "not_found": gettext_lazy("Not found."),
    "not_authenticated": gettext_lazy("Please sign in first."),
    "not_allowed": gettext_lazy("You do not have permission to do this."),
    "method_not_allowed": gettext_lazy("This method is not allowed here."),
    "unavailable": gettext_lazy("Too busy just now. Please try again."),
    "server_error": gettext_lazy("Something went wrong on our side. Please try again."),
}
MAX_MESSAGE_CHARS = 700  # a message may quote what the client has sent
CODES_BY_STATUS = {
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
}

# The database or Redis is away, locked for long, too slow, or refuses. A Redis that
# answers may refuse: it is a replica, full, loading, or wants another password.
AWAY = (OperationalError, InterfaceError, RedisError)


class DomainError(Exception):
    """A rule of the domain is broken. Services and workflows raise it, views never do.

    The message is shown to people, so it is translated.
    """

    status = 409  # of the HTTP response
    code = "conflict"  # for clients: stable, and never translated
    retry_after: int | None = None  # seconds, for the `Retry-After` header
    # Called when it is answered, after the rollback: to record what was refused.
    after_rollback: Callable[[], object] | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        field: str = "",
        extra: dict[str, Any] | None = None,
    ):
        super().__init__(message)
        self.code = code or self.code
        self.field = field  # of the input, if one is at fault
        self.extra = extra or {}  # more members of the body, for programs


class ValidationFailed(DomainError):
    """The input breaks a rule that no single field could check."""

    status = 400
    code = "invalid"


class NotSignedIn(DomainError):
    """The request needs a valid sign-in."""

    status = 401
    code = "not_authenticated"


class NotAllowed(DomainError):
    """The user may see the object, and may not do this with it."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """The object does not exist, or is not visible to the user."""

    status = 404
    code = "not_found"


class WrongStatus(DomainError):
    """The status of the object does not allow this transition."""

    code = "invalid_transition"


class TooLarge(DomainError):
    """The request body or the uploaded file is too large."""

    status = 413
    code = "too_large"


class ServiceUnavailable(DomainError):
    """A service that this one depends on is down, or too busy."""

    status = 503
    code = "unavailable"
    retry_after = 30

    def __init__(self, message: str = "", *, code: str = ""):
        super().__init__(message or str(DEFAULT_MESSAGES["unavailable"]), code=code)


class Throttled(DomainError):
    """A rate limit is exceeded."""

    status = 429
    code = "throttled"

    def __init__(self, message: str, *, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after


def is_full(error: BaseException | None) -> bool:
    """Return whether a disk, or this user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def error_body(
    message: str | Promise, code: str, fields: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the body of every error: `{"error", "code", "fields"}`, and `more`."""
    text = str(message)[:MAX_MESSAGE_CHARS]
    return {"error": text, "code": code, "fields": fields or {}} | more


def server_error_body() -> dict[str, Any]:
    """Return the body of a 500: a general message and the request id, nothing else."""
    return error_body(
        DEFAULT_MESSAGES["server_error"],
        "server_error",
        request_id=current_request_id(),
    )


def error_response(status: int) -> JsonResponse:
    """Return the response for an error of which only the HTTP status is known."""
    if status >= 500:
        return JsonResponse(server_error_body(), status=status)
    code = CODES_BY_STATUS.get(status, "invalid")
    message = DEFAULT_MESSAGES.get(code) or _("The request is malformed.")
    return JsonResponse(error_body(message, code), status=status)


def page_for_people(response: HttpResponse) -> HttpResponse:
    """Mark an error answer as a page: under /api/ too, browsers see it as it is.

    For the links in e-mails, which people open. Returns the response.
    """
    response.is_page = True  # type: ignore[attr-defined]
    return response


def not_found(
    request: HttpRequest,
    exception: Exception | None = None,
    path: str | None = None,
) -> JsonResponse:
    """Return a 404, as `handler404` and as the view of unknown paths under /api/."""
    return error_response(404)


def bad_request(
    request: HttpRequest, exception: Exception | None = None
) -> JsonResponse:
    """Return a 400, as Django's `handler400`."""
    return error_response(400)


def server_error(request: HttpRequest) -> JsonResponse:
    """Return a 500, as Django's `handler500`; a 503 if a service is down."""
    # Django calls this while it handles the exception. The admin and the pages have no
    # exception handler of their own that would tell an outage from a bug.
    error = sys.exception()
    if not isinstance(error, AWAY) and not is_full(error):
        return error_response(500)
    response = JsonResponse(
        error_body(DEFAULT_MESSAGES["unavailable"], ServiceUnavailable.code),
        status=ServiceUnavailable.status,
    )
    response["Retry-After"] = str(ServiceUnavailable.retry_after)
    return response
