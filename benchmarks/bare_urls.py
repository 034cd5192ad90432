"""The URLs of the product, and a webhook that only inserts a row."""

import json
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from marketplace.urls import *  # noqa: F403 - the handlers of errors too
from marketplace.urls import urlpatterns as product
from payments.models import ProviderEvent

PATH = "/bench/webhook"


@csrf_exempt
def bare_webhook(request: HttpRequest) -> HttpResponse:
    """Insert the event of the body: 204."""
    content = json.loads(request.body)
    about = content["data"]["object"]
    ProviderEvent.objects.create(
        provider="bare",
        endpoint="platform",
        event_id=content["id"],
        type=content["type"],
        object_id=about["id"],
        payload={"object": about["object"], "object_id": about["id"], "account": ""},
        occurred_at=datetime.fromtimestamp(content["created"], UTC),
    )
    return HttpResponse(status=204)


urlpatterns = [path(PATH.lstrip("/"), bare_webhook), *product]
