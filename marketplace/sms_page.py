"""`/examples/sms`: the text messages that this demo shows instead of sending."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache

from sms import outbox


@never_cache  # a developer reloads it until the code is there
def sms_page(request: HttpRequest) -> HttpResponse:
    """Return the page. Raises `Http404` outside the demo of a development machine."""
    if not (settings.DEMO and settings.DEBUG):
        raise Http404
    sent = [row | {"at": parse_datetime(row["at"])} for row in outbox.sent()]
    return render(request, "sms.html", {"name": settings.SITE_NAME, "sent": sent})
