"""Twilio's Programmable Messaging: sending, and signatures of status callbacks."""

import hmac
from base64 import b64encode
from hashlib import sha1
from urllib.parse import urlsplit

from django.conf import settings
from django.http import QueryDict

from sms.providers.base import SendFailed
from sms.providers.http import post

CALLBACK_PATH = "/api/sms/twilio/status"
# Of these the number is at fault: not valid, region not allowed, unsubscribed, out of
# reach, no mobile number, blocked as fraud.
REFUSED_CODES = {21211, 21408, 21610, 21612, 21614, 60410}
DELIVERED = {"delivered", "read"}
UNDELIVERED = {"failed", "undelivered", "canceled"}


class Twilio:
    """Sends with the account of `TWILIO_ACCOUNT_SID`. Repeated keys are sent again."""

    def send(self, to: str, text: str, key: str, message_id: int) -> str:
        """Return the SID of the message. Raises `SendFailed`."""
        answer = post(
            f"{settings.TWILIO_BASE_URL}/2010-04-01/Accounts"
            f"/{settings.TWILIO_ACCOUNT_SID}/Messages.json",
            data={
                "To": to,
                "Body": text,
                "StatusCallback": callback_url(message_id),
                **_sender(),
            },
            auth=(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN),
            headers={"Accept": "application/json"},
        )
        if 200 <= answer.status < 300:
            return str(answer.body.get("sid", ""))
        code = answer.body.get("code")
        raise SendFailed(
            f"HTTP {answer.status}, Twilio {code}",
            nothing_was_sent=True,
            is_refused=isinstance(code, int) and code in REFUSED_CODES,
        )


def _sender() -> dict[str, str]:
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"MessagingServiceSid": settings.TWILIO_MESSAGING_SERVICE_SID}
    return {"From": settings.TWILIO_FROM}


def callback_url(message_id: int) -> str:
    """Return the URL at which Twilio reports what became of a message of ours.

    It names the row: a report may arrive before the answer that has the SID. The
    signature covers it.
    """
    return f"{settings.SITE_URL}{CALLBACK_PATH}?message={message_id}"


def is_signed(path: str, form: QueryDict, signature: str) -> bool:
    """Return whether Twilio signed this callback: its full path and its fields.

    The host is that of `SITE_URL`, which Twilio got from us, and not one that a request
    names.
    """
    fields = "".join(
        name + value
        for name in sorted(form)
        for value in sorted(set(form.getlist(name)))
    )
    signatures = [_sign(url + fields) for url in _spellings(settings.SITE_URL + path)]
    given = signature.encode(errors="replace")
    return any(hmac.compare_digest(given, each.encode()) for each in signatures)


def _spellings(url: str) -> set[str]:
    """Return a URL with and without its port: Twilio signs either."""
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {url} | {
        parts._replace(netloc=netloc).geturl() for netloc in (host, f"{host}:{port}")
    }


def _sign(text: str) -> str:
    key = settings.TWILIO_AUTH_TOKEN.encode()
    return b64encode(hmac.digest(key, text.encode(errors="replace"), sha1)).decode()


provider = Twilio()
