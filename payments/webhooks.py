"""What Stripe reports: stored and answered at once, and processed by a worker.

Plain views: the provider signs its requests, and has no account here.
"""

import logging

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.exceptions import TooLarge, error_body, error_response
from payments import inbox
from payments.providers import stripe_events
from payments.providers.base import BadSignature

logger = logging.getLogger("payments")
PROVIDER = "stripe"
MAX_BODY_BYTES = 256 * 1024


@csrf_exempt  # the provider posts without a cookie; the signature is in its request
def platform(request: HttpRequest) -> HttpResponse:
    """Take a snapshot event of the platform: 204, and 400 for a wrong signature."""
    return _answer(request, "platform")


@csrf_exempt  # the provider posts without a cookie; the signature is in its request
def accounts(request: HttpRequest) -> HttpResponse:
    """Take a thin event of a v2 account: 204, and 400 for a wrong signature."""
    return _answer(request, "accounts")


@csrf_exempt  # the provider posts without a cookie; the signature is in its request
def connect(request: HttpRequest) -> HttpResponse:
    """Take an event of a connected account: 204, and 400 for a wrong signature."""
    return _answer(request, "connect")


def _answer(request: HttpRequest, endpoint: str) -> HttpResponse:
    """Store the event. 404 for an endpoint without a secret: it is not in use.

    Whatever provider is chosen now: older payments keep theirs.
    """
    if not stripe_events.secrets_of(endpoint):
        raise Http404
    if request.method != "POST":
        response = error_response(405)
        response["Allow"] = "POST"
        return response
    # `CONTENT_LENGTH` first: a large body is not read.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        body = error_body(_("The request is too large."), TooLarge.code)
        return JsonResponse(body, status=TooLarge.status)
    try:
        inbox.receive(PROVIDER, endpoint, request.body, request.headers)
    except BadSignature as error:
        # No traceback: anybody can send such a request, as often as they like.
        logger.info("webhook %s refused: %s", endpoint, error)
        body = error_body(_("The signature is wrong."), "bad_signature")
        return JsonResponse(body, status=400)
    return HttpResponse(status=204)
