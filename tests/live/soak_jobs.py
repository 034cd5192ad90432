"""Kill workers while they send e-mails: every e-mail must arrive once.

`SOAK_JOBS` e-mails (2000) are queued, each in a transaction, and between them others in
transactions that are rolled back. `SOAK_KILLS` times (100) a busy worker is killed with
SIGKILL and replaced. The mail server is a real one, on this machine; it refuses some
e-mails on the first attempt.

A worker that is killed after the server accepted an e-mail and before that is recorded
sends it again with the same Message-ID: that counts as one e-mail. Two with different
ids count as doubled.

Runs on the PostgreSQL server of `DATABASE_URL`, in a temporary database, or without one
on SQLite. The last line is JSON; the exit status is 1 if an e-mail is lost, doubled or
a ghost: of a transaction that was rolled back.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

import django
from aiosmtpd.controller import Controller

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.server import HOST, ROOT, environment_with, free_port, stop, tail

JOBS = int(os.environ.get("SOAK_JOBS", "2000"))
KILLS = int(os.environ.get("SOAK_KILLS", "100"))
WORKERS = 2
ROLLBACK_RATIO = 0.1  # of all transactions
REFUSAL_RATIO = 0.01  # of all deliveries, with a 451
MAX_WAIT_S = 20  # longer than a worker takes to start and a lease to end
MAX_RUN_S = 600


class Mailbox:
    """The mail server: the Message-IDs of the accepted e-mails, by their number."""

    def __init__(self):
        self.emails: dict[str, list[str]] = defaultdict(list)
        self.accepted = 0
        self._refused: set[str] = set()

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        email = message_from_bytes(envelope.content)
        number = email["X-Number"]
        if number not in self._refused and random.random() < REFUSAL_RATIO:
            self._refused.add(number)
            return "451 Come back later"
        self.emails[number].append(email["Message-ID"])
        self.accepted += 1
        return "250 OK"

    def wait_for(self, count: int) -> None:
        """Wait until so many were accepted in all, or none for `MAX_WAIT_S`."""
        before, since = -1, time.monotonic()
        while self.accepted < count and time.monotonic() < since + MAX_WAIT_S:
            if self.accepted != before:
                before, since = self.accepted, time.monotonic()
            time.sleep(0.001)


def main() -> int:
    end_within(MAX_RUN_S)
    mailbox = Mailbox()
    mail_server = Controller(mailbox, hostname=HOST, port=free_port())
    mail_server.start()
    try:
        with database() as database_url:
            environment = _environment(database_url, mail_server.port)
            migrate(environment)
            os.environ.update(environment_with(environment))
            django.setup()
            kills = soak(mailbox)
    finally:
        mail_server.stop()
    return report(mailbox, kills)


@contextmanager
def database() -> Iterator[str]:
    server_url = os.environ.get("DATABASE_URL", "")
    if server_url.startswith("postgres"):
        with scratch_database(server_url) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            yield f"sqlite:///{Path(folder) / 'market.sqlite3'}"


def _environment(database_url: str, mail_port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "marketplace.development",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": str(mail_port),
        "LOG_LEVEL": "WARNING",
    }


def soak(mailbox: Mailbox) -> int:
    """Queue the e-mails and kill workers until all jobs are done; return the kills."""
    from jobs.services import status

    queueing = threading.Thread(target=queue_emails)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        pool = WorkerPool(Path(folder) / "log")
        try:
            queueing.start()
            kills = pool.kill_repeatedly(mailbox)
            queueing.join()
            while sum(status()[name] for name in ("waiting", "running")):
                time.sleep(0.2)
        finally:
            pool.stop()
        if dead := status()["dead"]:
            sys.stderr.write(f"{dead} dead jobs\n{tail(pool.log)}\n")
    return kills


def queue_emails() -> None:
    """Queue an e-mail for each number, and between them ghosts, which roll back."""
    from django.db import connection, transaction

    for number in range(JOBS):
        if random.random() < ROLLBACK_RATIO:
            with transaction.atomic():
                queue_email(f"ghost-{number}")
                transaction.set_rollback(True)
        with transaction.atomic():
            queue_email(str(number))
            queue_email(str(number))  # the same key again
    connection.close()


def queue_email(number: str) -> None:
    from jobs.services import enqueue_mail

    enqueue_mail(
        f"soak:{number}",
        to=f"person-{number}@example.com",
        subject=f"E-mail {number}",
        text="Something has happened.",
        html="<p>Something has happened.</p>",
        headers={"X-Number": number},
    )


class WorkerPool:
    """Worker processes, the oldest first."""

    def __init__(self, log: Path):
        self.log = log
        self._output = log.open("wb")
        self._workers = [self._start() for _number in range(WORKERS)]

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill_repeatedly(self, mailbox: Mailbox) -> int:
        """Kill the oldest worker after every few e-mails; return how often."""
        interval = max(1, 2 * JOBS * 9 // (KILLS * 10)) if KILLS else 0
        for number in range(KILLS):
            mailbox.wait_for(min(mailbox.accepted + random.randint(1, interval), JOBS))
            time.sleep(random.uniform(0, 0.01))  # anywhere within a job
            victim = self._workers.pop(0)
            victim.kill()
            victim.wait()
            self._workers.append(self._start())
            if number % 20 == 19:
                sys.stderr.write(f"{number + 1} kills, {mailbox.accepted} e-mails\n")
        return KILLS

    def stop(self) -> None:
        for worker in self._workers:
            stop(worker)
        self._output.close()


def report(mailbox: Mailbox, kills: int) -> int:
    expected = {str(number) for number in range(JOBS)}
    found = set(mailbox.emails)
    result = {
        "jobs": JOBS,
        "kills": kills,
        "lost": len(expected - found),
        "doubled": sum(len(set(ids)) > 1 for ids in mailbox.emails.values()),
        "ghosts": len(found - expected),
    }
    again = mailbox.accepted - sum(len(set(ids)) for ids in mailbox.emails.values())
    print(f"{mailbox.accepted} deliveries, {again} repeated with the same Message-ID")
    print(json.dumps(result))
    return int(any(result[name] for name in ("lost", "doubled", "ghosts")))


if __name__ == "__main__":
    sys.exit(main())
