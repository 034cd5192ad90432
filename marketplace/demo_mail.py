"""The e-mails of the demo: written to files, and shown at `/examples/mail`."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as ReceivedMessage
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

MAX_SHOWN = 50
MAX_KEPT = 1_000
NAME = re.compile(r"[0-9TZ]+-[0-9a-f]{8}")


class EmailBackend(BaseEmailBackend):
    """Writes each e-mail to a file of its own in `DEMO_MAIL_DIR`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the e-mails; return how many."""
        folder = settings.DEMO_MAIL_DIR
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S%fZ}-{uuid4().hex[:8]}"
            # Renamed when it is complete: the page may read the directory meanwhile.
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(folder / f"{name}.eml")
        for old in _files()[MAX_KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def sent() -> list[tuple[str, ReceivedMessage]]:
    """Return the newest e-mails of this demo, at most `MAX_SHOWN`, and their names."""
    return [(file.stem, _parse(file)) for file in _files()[:MAX_SHOWN]]


def find(name: str) -> ReceivedMessage | None:
    """Return the e-mail with this name, or None."""
    if not NAME.fullmatch(name):
        return None  # never a path to another file
    file = settings.DEMO_MAIL_DIR / f"{name}.eml"
    return _parse(file) if file.exists() else None


def body_of(message: ReceivedMessage, subtype: str) -> str:
    """Return the part `html` or `plain`, or an empty string."""
    part = message.get_body((subtype,))
    return part.get_content() if part else ""


def _files() -> list[Path]:
    return sorted(settings.DEMO_MAIL_DIR.glob("*.eml"), reverse=True)


def _parse(file: Path) -> ReceivedMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)
