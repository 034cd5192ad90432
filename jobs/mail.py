"""Send one e-mail by SMTP, with a `Message-ID` that is the same at each attempt."""

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

from jobs.exceptions import PermanentFailure


def make_message_id(key: str) -> str:
    """Return the `Message-ID` header of the e-mail with this key, always the same."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def send(
    message_id: str, *, to: str, subject: str, text: str, html: str = "", headers: dict
) -> None:
    """Hand one e-mail to the mail server.

    Raises `PermanentFailure` if the server will never accept it (5xx) or a header is
    invalid. Temporary failures (4xx, no connection, a refused password) are raised
    unchanged, and the job is retried.
    """
    email = EmailMultiAlternatives(
        subject, text, to=[to], headers={"Message-ID": message_id} | headers
    )
    if html:
        email.attach_alternative(html, "text/html")
    try:
        email.send()
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _text in refusal.recipients.values()]
        raise (
            PermanentFailure(str(refusal)) if is_permanent(*codes) else refusal
        ) from None
    except (SMTPSenderRefused, SMTPDataError) as refusal:
        raise (
            PermanentFailure(str(refusal))
            if is_permanent(refusal.smtp_code)
            else refusal
        ) from None
    except (SMTPNotSupportedError, BadHeaderError) as refusal:
        raise PermanentFailure(str(refusal)) from refusal


def is_permanent(*codes: int) -> bool:
    """Return whether all these SMTP reply codes are permanent failures (5xx)."""
    return all(500 <= code < 600 for code in codes)
