"""What providers report of messages that they have taken: delivered, or not.

Plain views: providers sign their requests, and have no account here.
"""

import json
import logging
import re

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.exceptions import (
    DomainError,
    NotAllowed,
    NotFound,
    TooLarge,
    ValidationFailed,
    error_body,
    error_response,
)
from sms import services
from sms.providers import bird, twilio

logger = logging.getLogger("sms")
MAX_BODY_BYTES = 16 * 1024
MAX_ERROR_CHARS = 50
OWN_ID = re.compile("[0-9]{1,18}")
UNREADABLE = (ValueError, RecursionError, SuspiciousOperation)


@csrf_exempt  # Twilio posts without a cookie; the signature is in its request
def twilio_status(request: HttpRequest) -> HttpResponse:
    """Take a status callback of Twilio: 204, and 403 for a wrong signature.

    404 for a message that is not known, and unless Twilio is the provider.
    """
    return _answer(request, "twilio")


@csrf_exempt  # Bird posts without a cookie; the signature is in its request
def bird_status(request: HttpRequest) -> HttpResponse:
    """Take an event of Bird: 204, and 403 for a wrong signature.

    404 for a message that is not known, and unless Bird is the provider.
    """
    return _answer(request, "bird")


def _answer(request: HttpRequest, name: str) -> HttpResponse:
    if name != settings.SMS_PROVIDER:
        raise Http404
    if request.method != "POST":
        response = error_response(405)
        response["Allow"] = "POST"
        return response
    try:
        {"twilio": _take_twilio, "bird": _take_bird}[name](request)
    except DomainError as error:
        return JsonResponse(error_body(str(error), error.code), status=error.status)
    return HttpResponse(status=204)


def _take_twilio(request: HttpRequest) -> None:
    try:
        form = QueryDict(_body(request), encoding="utf-8")
    except UNREADABLE as error:
        raise ValidationFailed(_("The request is malformed.")) from error
    signature = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(request.get_full_path(), form, signature):
        raise _forged("twilio")
    code, status = form.get("ErrorCode", ""), form.get("MessageStatus", "")
    detail = f"Twilio {code}"[:MAX_ERROR_CHARS] if code else status
    is_delivered = status in twilio.DELIVERED
    if is_delivered or status in twilio.UNDELIVERED:
        sid, own = form.get("MessageSid", ""), request.GET.get("message", "")
        _record("twilio", sid, is_delivered, detail, own_id=own)


def _take_bird(request: HttpRequest) -> None:
    body = _body(request)
    if not bird.is_signed(request.headers, body, at=timezone.now()):
        raise _forged("bird")
    try:
        message_id, status = bird.read_event(json.loads(body))
    except UNREADABLE as error:
        raise ValidationFailed(_("The request is malformed.")) from error
    is_delivered = status in bird.DELIVERED
    if is_delivered or status in bird.UNDELIVERED:
        _record("bird", message_id, is_delivered, status)


def _record(
    provider: str, message_id: str, is_delivered: bool, error: str, own_id: str = ""
) -> None:
    """Record a final status. Raises `NotFound`: Bird then sends the event again.

    Its first one may arrive before the answer to our own request. Twilio reports once,
    and names the row by `own_id`.
    """
    is_known = "\0" not in message_id + error and services.record_status(
        provider,
        message_id,
        is_delivered=is_delivered,
        error=error,
        own_id=int(own_id) if OWN_ID.fullmatch(own_id) else None,
    )
    if not (message_id and is_known):
        raise NotFound(_("Not found."))


def _body(request: HttpRequest) -> bytes:
    # `CONTENT_LENGTH` first: a large body is not read.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise TooLarge(_("The request is too large."))
    return request.body


def _forged(provider: str) -> NotAllowed:
    # No traceback: anybody can send such a request, as often as they like.
    logger.info("callback of %s refused: wrong signature", provider)
    return NotAllowed(_("The signature is wrong."))
