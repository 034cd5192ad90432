"""Bounces and complaints that a mail provider reports to a webhook."""

import logging
from email.utils import parseaddr
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.urls import urlpatterns as provider_urls
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core.email_addresses import normalize_email
from core.exceptions import bad_request
from core.text import without_invisible
from jobs import suppression
from jobs.suppression import Reason

logger = logging.getLogger("jobs")
REASONS = {EventType.BOUNCED: Reason.BOUNCE, EventType.COMPLAINED: Reason.COMPLAINT}
# A provider that refuses to send: for these reasons the address itself is at fault.
ADDRESS_REJECTED = {RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.SPAM}
BACKENDS = "anymail.backends."
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


@csrf_exempt  # providers post without a cookie; the secret is in their request
def webhook(request: HttpRequest) -> HttpResponse:
    """Take the events of the provider of `EMAIL_BACKEND`, for `receive`.

    404 without `MAIL_WEBHOOK_SECRET` or a provider. 400 for a wrong secret or a wrong
    signature, and for a body that is not one of the provider.
    """
    view = _provider_view()
    if view is None or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    try:
        return view(request)
    except AnymailWebhookValidationFailure as refusal:
        # No traceback: anybody can send such a request, as often as they like.
        logger.info("mail event refused", extra={"context": {"reason": str(refusal)}})
    except UNREADABLE:
        logger.warning("unreadable mail event", exc_info=True)
    return bad_request(request)


def _provider_view() -> Any:
    """Return Anymail's view of the events of the provider in use, or None."""
    backend = settings.EMAIL_BACKEND
    if not backend.startswith(BACKENDS):
        return None
    provider = backend.removeprefix(BACKENDS).partition(".")[0]
    names = (f"{provider}_tracking_webhook", f"{provider}_webhook")
    found = (url.callback for url in provider_urls if url.name in names)
    return next(found, None)


def receive(
    sender: object, *, event: AnymailTrackingEvent, esp_name: str, **kwargs: object
) -> None:
    """Suppress the address of a bounce or of a complaint. Anymail's `tracking` signal.

    Delays, which the provider tries again, and all other events are ignored.
    """
    reason = REASONS.get(event.event_type)
    is_rejected = event.event_type == EventType.REJECTED
    if is_rejected and event.reject_reason in ADDRESS_REJECTED:
        is_spam = event.reject_reason == RejectReason.SPAM
        reason = Reason.COMPLAINT if is_spam else Reason.BOUNCE
    address = _address(event.recipient)
    if reason and address:
        words = (esp_name, event.reject_reason, event.description, event.mta_response)
        detail = " ".join(str(word) for word in words if word)
        suppression.suppress(address, reason, detail=without_invisible(detail))


def _address(recipient: object) -> str:
    """Return the address of `Name <address>`; "" if it is none that we could write to.

    An event of such an address is done with: a provider would send it again for days.
    """
    address = normalize_email(parseaddr(str(recipient or ""))[1])
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address
