"""Send an e-mail to a mail server that takes 12 s to answer: it must arrive once.

Real processes: a temporary database on the PostgreSQL server of `DATABASE_URL`, a mail
server and two workers, so that a lost lease would be taken over. The server answers 250
later than `EMAIL_TIMEOUT`. Prints a line of JSON; the exit status is 1 unless each
e-mail was received once, at the first attempt. `SLOW_MAIL_S` sets the delay.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import ExitStack

import django
from aiosmtpd.controller import Controller

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.processes import Worker
from tests.live.server import HOST, environment_with, free_port

DELAY_S = float(os.environ.get("SLOW_MAIL_S", "12"))
EMAILS = 2
TIMEOUT_S = 60 + 2 * EMAILS * DELAY_S
WATCH_S = 20  # afterwards: longer than the pause before a second attempt


class SlowServer:
    """A mail server that keeps each recipient and answers after `DELAY_S`."""

    def __init__(self):
        self.received: list[str] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.received += envelope.rcpt_tos
        await asyncio.sleep(DELAY_S)
        return "250 OK"


def main() -> int:
    end_within(round(TIMEOUT_S + WATCH_S + 60))
    mailbox = SlowServer()
    server = Controller(mailbox, hostname=HOST, port=free_port())
    server.start()
    with ExitStack() as stack:
        stack.callback(server.stop, no_assert=True)
        url = stack.enter_context(scratch_database(os.environ["DATABASE_URL"]))
        environment = {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(server.port),
            "LOG_LEVEL": "ERROR",
        }
        migrate(environment)
        os.environ.update(environment_with(environment))
        django.setup()
        for _number in range(2):
            stack.enter_context(Worker(environment))
        result = send_and_count(mailbox)
    print(json.dumps(result), flush=True)
    return int(result["received"] != EMAILS or result["attempts"] != EMAILS)


def send_and_count(mailbox: SlowServer) -> dict:
    """Queue the e-mails, wait until they are sent, and watch for repetitions."""
    from django.db.models import Sum

    from jobs.models import Job
    from jobs.services import enqueue_mail

    for number in range(EMAILS):
        to = f"person-{number}@example.com"
        enqueue_mail(f"slow:{number}", to=to, subject="Slow", text="Hello.")
    emails = Job.objects.filter(name="jobs.send_mail")
    began = time.monotonic()
    while emails.exclude(status="done").exists():
        if time.monotonic() > began + TIMEOUT_S:
            break
        time.sleep(0.2)
    seconds = round(time.monotonic() - began, 1)
    time.sleep(WATCH_S)
    return {
        "outage": "smtp answers late",
        "delay_s": DELAY_S,
        "emails": EMAILS,
        "received": len(mailbox.received),
        "attempts": emails.aggregate(Sum("attempts"))["attempts__sum"],
        "done": emails.filter(status="done").count(),
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
