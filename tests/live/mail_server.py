"""A mail server that scripts stop and start; it keeps what it receives."""

import time
from collections import Counter
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from tests.live.server import HOST, free_port


class MailServer:
    """A mail server on a fixed port; keeps subject and Message-ID of each e-mail."""

    def __init__(self):
        self.port = free_port()
        self.emails: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        email = message_from_bytes(envelope.content, policy=default)
        self.emails.append((email["Subject"], email["Message-ID"]))
        return "250 OK"

    def start(self) -> None:
        self._running = Controller(self, hostname=HOST, port=self.port)
        self._running.start()

    def stop(self) -> None:
        self._running.stop()

    def of(self, titles: set[str]) -> Counter[tuple[str, str]]:
        """Count the e-mails about these tasks, by subject and Message-ID."""
        return Counter(
            (subject, key)
            for subject, key in self.emails
            if any(subject.endswith(title) for title in titles)
        )

    def wait_for(self, titles: set[str], *, seconds: float) -> Counter[tuple[str, str]]:
        """Wait for all e-mails, and a little longer for those that come twice."""
        deadline = time.monotonic() + seconds
        while len(self.of(titles)) < len(titles) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        return self.of(titles)
