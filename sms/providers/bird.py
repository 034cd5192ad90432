"""Bird's SMS API: sending, and signatures of its callbacks (Standard Webhooks).

Bird has a host for each region. The region is read from the key (`bk_<region>_…` is
used at `https://<region>.platform.bird.com`); `BIRD_BASE_URL` names another host.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as InvalidBase64
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings

from core.production import BIRD_KEY
from sms.providers.base import SendFailed
from sms.providers.http import post

CALLBACK_PATH = "/api/sms/bird/status"
SECRET_PREFIX = "whsec_"
TOLERANCE_S = 300
# The account, its credit, its rights or its rate is at fault, and not the number.
OUR_FAULT = {401, 402, 403, 404, 405, 429}
UNDECIDED = {408, 409}  # the first request with the key may still be in work
DELIVERED = {"delivered", "read"}
UNDELIVERED = {"failed", "undelivered", "rejected", "expired", "delivery_failed"}


class Bird:
    """Sends with `BIRD_API_KEY`. Bird sends a repeated key once."""

    def send(self, to: str, text: str, key: str, message_id: int) -> str:
        """Return the id of the message. Raises `SendFailed`."""
        base = base_url()
        if not base:
            raise SendFailed("BIRD_API_KEY names no region", nothing_was_sent=True)
        body = {"to": to, "from": settings.BIRD_FROM, "text": text}
        answer = post(
            f"{base}/v1/sms/messages",
            json=body | {"category": "authentication"},
            headers={
                "Authorization": f"Bearer {settings.BIRD_API_KEY}",
                "Idempotency-Key": key,
                "Accept": "application/json",
            },
        )
        if 200 <= answer.status < 300:
            return str(answer.body.get("id", ""))
        is_refused = answer.status >= 400 and answer.status not in OUR_FAULT | UNDECIDED
        raise SendFailed(
            f"HTTP {answer.status}",
            nothing_was_sent=answer.status not in UNDECIDED,
            is_refused=is_refused,
        )


def base_url() -> str:
    """Return the URL of the API; an empty text if no setting names a region."""
    if settings.BIRD_BASE_URL:
        return settings.BIRD_BASE_URL
    match = BIRD_KEY.fullmatch(settings.BIRD_API_KEY)
    return f"https://{match[1]}.platform.bird.com" if match else ""


def is_signed(headers: Mapping[str, str], body: bytes, *, at: datetime) -> bool:
    """Return whether Bird signed this callback within `TOLERANCE_S` of `at`."""
    number = headers.get("webhook-timestamp", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        return False
    if abs(at.timestamp() - int(number)) > TOLERANCE_S:
        return False
    name = headers.get("webhook-id", "")
    wanted = sign(name, number, body)
    given = headers.get("webhook-signature", "").split(" ")
    # Several while a secret is rotated.
    return bool(name and wanted) and any(
        hmac.compare_digest(each.encode(errors="replace"), wanted) for each in given
    )


def sign(name: str, timestamp: str, body: bytes) -> bytes:
    """Return the signature of a callback as its header has it; empty without a key."""
    encoded = settings.BIRD_WEBHOOK_SECRET.removeprefix(SECRET_PREFIX)
    try:
        secret = b64decode(encoded + "==")  # its padding may be left out
    except (InvalidBase64, ValueError):
        return b""
    if not secret:
        return b""
    content = f"{name}.{timestamp}.".encode(errors="replace") + body
    return b"v1," + b64encode(hmac.digest(secret, content, sha256))


def read_event(event: Any) -> tuple[str, str]:
    """Return the id of the message and the status of an event; "" for what it lacks.

    The status stands in the data of the event, or at the end of its type.
    """
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict):
        return "", ""
    names = ("message_id", "sms_id", "id")
    message_id = next((str(data[name]) for name in names if data.get(name)), "")
    status = data.get("status") or str(event.get("type", "")).rpartition(".")[2]
    return message_id, str(status).lower()


provider = Bird()
