"""One letter by SMTP, told apart from all others by its `Message-ID`."""

import hashlib
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from jobs.errors import PermanentFailure


def message_id(key: str) -> str:
    """The same for every delivery of the letter called `key`."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def deliver(
    key: str, *, to: str, subject: str, text: str, html: str = "", headers: dict
) -> None:
    """Hand one letter to the mail server.

    Raises `PermanentFailure` for a letter that the server will never take (5xx).
    Whatever may
    pass (4xx, a server that is away or refuses our password) is raised as it is.
    """
    letter = EmailMultiAlternatives(
        subject, text, to=[to], headers={"Message-ID": message_id(key)} | headers
    )
    if html:
        letter.attach_alternative(html, "text/html")
    try:
        letter.send()
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _words in refusal.recipients.values()]
        raise (
            PermanentFailure(str(refusal)) if is_final(*codes) else refusal
        ) from None
    except (SMTPSenderRefused, SMTPDataError) as refusal:
        raise (
            PermanentFailure(str(refusal)) if is_final(refusal.smtp_code) else refusal
        ) from None
    except (SMTPNotSupportedError, BadHeaderError) as refusal:
        raise PermanentFailure(str(refusal)) from refusal


def is_final(*codes: int) -> bool:
    return all(500 <= code < 600 for code in codes)
