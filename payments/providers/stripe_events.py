"""Events of Stripe: signatures of webhooks, and the shape that the inbox stores.

Of an event only the names are stored: what it reports is read anew, and its snapshot
has personal data and client secrets.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from payments.providers.base import BadSignature, Event
from payments.providers.stripe_client import client, is_live, load

SIGNATURE = "Stripe-Signature"
TOLERANCE_S = 300
THIN = "v2.core.event"
NAME = re.compile(r"[!-~]*")  # PostgreSQL takes neither NUL nor half a character
MAX_ID_CHARS, MAX_KIND_CHARS = 150, 100  # of the columns of `ProviderEvent`
# What reading a body that is no event raises; the last two are of a time out of range.
NO_EVENT = (
    *(KeyError, TypeError, ValueError, AttributeError, RecursionError),
    *(OverflowError, OSError),
)


def secrets_of(endpoint: str) -> list[str]:
    """Return the secrets of an endpoint: several while one is rotated."""
    secrets: dict[str, list[str]] = {
        "platform": settings.STRIPE_WEBHOOK_SECRETS,
        "accounts": settings.STRIPE_ACCOUNT_WEBHOOK_SECRETS,
        "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRETS,
    }
    return secrets[endpoint]


def read_event(endpoint: str, body: bytes, headers: Mapping[str, str]) -> Event:
    """Return the event in a webhook.

    Raises `BadSignature` unless Stripe has signed it with a secret of this endpoint in
    the last five minutes, and in the mode of our key.
    """
    header = headers.get(SIGNATURE, "")
    if not any(_is_signed(body, header, each) for each in secrets_of(endpoint)):
        raise BadSignature("not signed with a secret of this endpoint")
    try:
        content = json.loads(body)
        is_ours = content["livemode"] is is_live()
        event = _thin(body) if content["object"] == THIN else snapshot(content)
        _check_names(event)
    except NO_EVENT as error:
        raise BadSignature("it is no event") from error
    if not is_ours:
        raise BadSignature("it is of the other mode")
    return event


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    stripe = load()
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_S)
    except stripe.SignatureVerificationError:
        return False
    except (UnicodeError, TypeError):  # a body or header that is no text
        return False
    return True


def snapshot(content: Mapping[str, Any]) -> Event:
    """Return an event with a snapshot of its object, which is left out."""
    about = content["data"]["object"]
    object_id, account = about.get("id") or "", content.get("account") or ""
    return Event(
        content["id"],
        content["type"],
        object_id=object_id,
        account=account,
        occurred_at=datetime.fromtimestamp(content["created"], UTC),
        payload={"object": about["object"], "object_id": object_id, "account": account},
    )


def _thin(body: bytes) -> Event:
    """Return an event that only names its object."""
    found = client().parse_event_notification_without_verification(body)
    related = getattr(found, "related_object", None)
    object_id = getattr(related, "id", "")
    is_account = getattr(related, "type", "") == "v2.core.account"
    return Event(
        found.id,
        found.type,
        object_id=object_id,
        account=object_id if is_account else "",
        occurred_at=_moment(found.created),
        payload={"object": getattr(related, "type", ""), "object_id": object_id},
    )


def _moment(text: str) -> datetime | None:
    # In UTC: the last hours before the year 10000 elsewhere could not be read again.
    found = parse_datetime(text)
    return found and found.astimezone(UTC)


def _check_names(event: Event) -> None:
    """Raise `ValueError` or `TypeError` for names that the inbox cannot store."""
    if not event.id or not event.type:
        raise ValueError("an event has an id and a type")
    ids = (event.id, event.object_id)
    kinds = (event.type, event.account, event.payload["object"])
    for names, max_chars in ((ids, MAX_ID_CHARS), (kinds, MAX_KIND_CHARS)):
        if not all(NAME.fullmatch(name) for name in names):
            raise ValueError("a name is no plain text")
        if max(map(len, names)) > max_chars:
            raise ValueError("a name is too long")
