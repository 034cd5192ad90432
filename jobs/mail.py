"""Send one e-mail, with a `Message-ID` that is the same at each attempt."""

import hashlib
import logging
import re
from smtplib import (
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from urllib.parse import urlsplit

from anymail.exceptions import (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives

from jobs import suppression
from jobs.exceptions import PermanentFailure
from jobs.suppression import Reason

logger = logging.getLogger("jobs")
AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no automatic replies
UNKNOWN_ADDRESS_CODES = (550, 551, 553)
PERMANENT = (
    SMTPNotSupportedError,
    BadHeaderError,
    AnymailInvalidAddress,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)


def make_message_id(key: str) -> str:
    """Return the `Message-ID` header of the e-mail with this key, always the same."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def send(
    message_id: str, *, to: str, subject: str, text: str, html: str = "", headers: dict
) -> None:
    """Hand one e-mail to the mail server.

    Sends nothing to a suppressed address. Raises `PermanentFailure` if the server will
    never accept the e-mail (5xx) or a header is invalid; an address that the server
    does not know is suppressed. Temporary failures (4xx, no connection, a refused
    password) are raised unchanged, and the job is retried.
    """
    if suppression.is_suppressed(to):
        logger.info("e-mail to a suppressed address left out")
        return
    email = EmailMultiAlternatives(
        subject, text, to=[to], headers={"Message-ID": message_id} | headers
    )
    if html:
        email.attach_alternative(html, "text/html")
    try:
        email.send()
    except SMTPRecipientsRefused as refusal:
        for code, answer in refusal.recipients.values():
            if is_unknown_address(code, answer):
                suppression.suppress(to, Reason.BOUNCE, detail=str(refusal))
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
    except AnymailRecipientsRefused as refusal:
        suppression.suppress(to, Reason.BOUNCE, detail=str(refusal))
        raise PermanentFailure(str(refusal)) from None
    except PERMANENT as refusal:
        raise PermanentFailure(str(refusal)) from refusal


def is_permanent(*codes: int) -> bool:
    """Return whether all these SMTP reply codes are permanent failures (5xx)."""
    return all(500 <= code < 600 for code in codes)


def is_unknown_address(code: int, text: bytes) -> bool:
    """Return whether this refusal of a recipient says that the address is wrong.

    Not if it is about the sender, as of a server that is on a block list (5.7.1), or a
    mailbox that is full (5.2.2): these must not end the e-mails to the recipient.
    """
    if code not in UNKNOWN_ADDRESS_CODES:
        return False
    enhanced = re.match(rb"5\.\d+\.\d+", text.strip())  # RFC 3463
    return enhanced is None or enhanced[0].startswith((b"5.1.", b"5.2.1"))
