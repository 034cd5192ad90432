"""The one place that turns any error of a view into a response."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.core.signals import got_request_exception
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from core.api.field_labels import FIELD_LABELS
from core.exceptions import (
    AWAY,
    DEFAULT_MESSAGES,
    DomainError,
    ServiceUnavailable,
    TooLarge,
    error_body,
    is_full,
    server_error_body,
)

logger = logging.getLogger("marketplace.errors")
# Of one answer: an input with many problems is not answered by a larger text.
MAX_PROBLEMS = 50
MAX_PROBLEMS_BYTES = 12_000  # as JSON
MAX_FIELD_CHARS = 100
MAX_SENTENCE_CHARS = 500


def render(exc: Exception, context: dict[str, Any]) -> Response:
    """Return the response for any error of a view, in the one error shape."""
    if isinstance(exc, DomainError):
        set_rollback()
        if exc.after_rollback is not None:
            exc.after_rollback()
        headers = {"Retry-After": str(exc.retry_after)} if exc.retry_after else None
        fields = {exc.field: [str(exc)]} if exc.field else None
        body = error_body(str(exc), exc.code, fields, **exc.extra)
        return Response(body, status=exc.status, headers=headers)
    if isinstance(exc, UnreadablePostError):
        sentence = _("This took too long to arrive. Please try again.")
        return Response(error_body(sentence, "request_timeout"), status=408)
    if isinstance(exc, SuspiciousOperation):
        return _suspicious(exc)
    if isinstance(exc, ModelValidationError):
        exc = exceptions.ValidationError(get_error_detail(exc))
    response = exception_handler(exc, context)
    if response is None and isinstance(exc, AWAY):
        return render(_unavailable(exc), context)
    if response is None and is_full(exc):
        logger.error("a disk is full", exc_info=exc)
        return render(ServiceUnavailable(), context)
    if response is None:
        return _bug(exc, context)
    if isinstance(exc, exceptions.ValidationError):
        fields = _first_problems(exc.detail)
        code = "unknown_field" if _has_unknown_field(exc.detail) else "invalid"
        response.data = error_body(_first_sentence(fields), code, fields)
    else:
        code = getattr(response.data.get("detail"), "code", "error")
        message = DEFAULT_MESSAGES.get(code) or response.data["detail"]
        response.data = error_body(str(message), code)
    return response


def _suspicious(exc: SuspiciousOperation) -> Response:
    """Answer a request that Django itself found too large or malformed."""
    if isinstance(exc, RequestDataTooBig):
        sentence = _("The request is too large.")
        return Response(error_body(sentence, TooLarge.code), status=TooLarge.status)
    return Response(error_body(_("The request is malformed."), "invalid"), status=400)


def _unavailable(exc: Exception) -> ServiceUnavailable:
    """Return the error for a database or cache that gives no answer in time."""
    if isinstance(exc.__cause__, QueryCanceled):
        logger.warning("a query takes too long and is cancelled", exc_info=exc)
        sentence = _("This search takes too long. Please narrow it down.")
        return ServiceUnavailable(sentence, code="too_slow")
    logger.error("the database or the cache gives no answer", exc_info=exc)
    return ServiceUnavailable()


def _bug(exc: Exception, context: dict[str, Any]) -> Response:
    """Log what happened; tell the caller a request id and nothing else."""
    set_rollback()
    logger.error("unhandled error", exc_info=exc)
    got_request_exception.send(sender=None, request=context.get("request"))
    return Response(server_error_body(), status=500)


def _has_unknown_field(detail: Any) -> bool:
    """Whether `Input` has refused a field of the body, or of an object in it."""
    if isinstance(detail, dict):
        return any(map(_has_unknown_field, detail.values()))
    if isinstance(detail, list):
        return any(map(_has_unknown_field, detail))
    return detail.code == "unknown_field"


def _first_problems(detail: Any) -> dict[str, list[str]]:
    """Nested DRF errors as `{"field": ["sentence", …]}`, as many as fit an answer."""
    fields: dict[str, list[str]] = {}
    size = 0
    for count, (path, sentence) in enumerate(_problems(detail)):
        name, text = path[:MAX_FIELD_CHARS], str(sentence)[:MAX_SENTENCE_CHARS]
        size += len(json.dumps([name, text], ensure_ascii=False).encode())
        if count >= MAX_PROBLEMS or size > MAX_PROBLEMS_BYTES:
            break
        fields.setdefault(name, []).append(text)
    return fields


def _problems(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of a field and a sentence, for each problem of nested errors."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _problems(value, _join(path, key))
    elif any(isinstance(item, dict) for item in detail):
        for index, value in enumerate(detail):
            yield from _problems(value, _join(path, index))
    else:
        for item in detail:
            yield path or "non_field_errors", item


def _join(path: str, key: str | int) -> str:
    if path and key == "non_field_errors":
        return path  # what is wrong with an inner object as a whole
    return f"{path}.{key}" if path else str(key)


def _first_sentence(fields: dict[str, list[str]]) -> str:
    for name, sentences in fields.items():
        if sentences:
            if name == "non_field_errors":
                return sentences[0]
            # A field that no person fills in is quoted as it stands in the body.
            return f"{FIELD_LABELS.get(name, name)}: {sentences[0]}"
    return _("Some fields need attention.")
