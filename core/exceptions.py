"""The domain's errors, and the one shape in which all errors are answered."""

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.request_id import current_request_id

SENTENCES = {
    "not_found": gettext_lazy("There is nothing here, or it is not for you."),
    "not_authenticated": gettext_lazy("Please sign in first."),
    "not_allowed": gettext_lazy("You may not do this."),
    "server_error": gettext_lazy("Something went wrong on our side. Please try again."),
}
CODES = {401: "not_authenticated", 403: "not_allowed", 404: "not_found"}


class DomainError(Exception):
    """A rule said no. Raised by services and workflows, never by views."""

    status = 409
    code = "conflict"
    retry_after: int | None = None  # seconds after which another try makes sense

    def __init__(self, sentence: str, *, code: str = ""):
        super().__init__(sentence)
        self.code = code or self.code


class ValidationFailed(DomainError):
    """The input breaks a rule that no single field could check."""

    status = 400
    code = "invalid"


class NotSignedIn(DomainError):
    status = 401
    code = "not_authenticated"


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    status = 404
    code = "not_found"


class WrongStatus(DomainError):
    code = "invalid_transition"


class TooLarge(DomainError):
    status = 413
    code = "too_large"


class ServiceUnavailable(DomainError):
    """Something that we stand on is away."""

    status = 503
    code = "unavailable"
    retry_after = 30


class Throttled(DomainError):
    status = 429
    code = "throttled"

    def __init__(self, sentence: str, *, retry_after: int):
        super().__init__(sentence)
        self.retry_after = retry_after


def body(sentence: str, code: str, fields: dict | None = None, **more) -> dict:
    """The one error shape: `{"error", "code", "fields"}`."""
    return {"error": str(sentence), "code": code, "fields": fields or {}} | more


def server_error_body() -> dict:
    return body(
        SENTENCES["server_error"], "server_error", request_id=current_request_id()
    )


def of_status(status: int) -> JsonResponse:
    """The answer for a failure of which only the HTTP status is known."""
    if status >= 500:
        return JsonResponse(server_error_body(), status=status)
    code = CODES.get(status, "invalid")
    sentence = SENTENCES.get(code) or _("The request is malformed.")
    return JsonResponse(body(sentence, code), status=status)


def not_found(request, exception=None, path=None) -> JsonResponse:
    return of_status(404)


def bad_request(request, exception=None) -> JsonResponse:
    return of_status(400)


def server_error(request) -> JsonResponse:
    return of_status(500)
