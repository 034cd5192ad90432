"""Kill the workers again and again while they send; every letter must arrive once.

`SOAK_JOBS` letters (2000) are queued, each in a transaction, and between them others in
transactions that are rolled back. `SOAK_KILLS` times (100) a worker in the middle of
the work is killed with SIGKILL and replaced. The mail server is a real one, on this
machine, that refuses some letters at first.

A letter whose sending was cut between the server's acceptance and our record comes
again with the same Message-ID: that is one letter. Two with different ones are doubled.

Runs on the PostgreSQL of `DATABASE_URL`, where it makes a database of its own and drops
it, or without one on SQLite. The last line is JSON; the exit status is 1 if a letter is
lost, doubled or a ghost: of a transaction that was rolled back.
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
from tests.live.database import scratch_database
from tests.live.server import HOST, ROOT, free_port, manage, stop, tail

JOBS = int(os.environ.get("SOAK_JOBS", "2000"))
KILLS = int(os.environ.get("SOAK_KILLS", "100"))
WORKERS = 2
ROLLED_BACK = 0.1  # of all transactions
REFUSED = 0.01  # of all deliveries, with a 451
PATIENCE_SECONDS = 20  # longer than a worker takes to start and a lease to end
MOST_SECONDS = 600


class Mailbox:
    """What the mail server took: the Message-IDs of each letter, by its number."""

    def __init__(self):
        self.letters: dict[str, list[str]] = defaultdict(list)
        self.accepted = 0
        self._refused: set[str] = set()

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content)
        number = letter["X-Number"]
        if number not in self._refused and random.random() < REFUSED:
            self._refused.add(number)
            return "451 Come back later"
        self.letters[number].append(letter["Message-ID"])
        self.accepted += 1
        return "250 OK"

    def wait_for(self, letters: int) -> None:
        """Wait until so many were accepted in all, or no more come."""
        before, since = -1, time.monotonic()
        while self.accepted < letters and time.monotonic() < since + PATIENCE_SECONDS:
            if self.accepted != before:
                before, since = self.accepted, time.monotonic()
            time.sleep(0.001)


def main() -> int:
    end_within(MOST_SECONDS)
    mailbox = Mailbox()
    mail_server = Controller(mailbox, hostname=HOST, port=free_port())
    mail_server.start()
    try:
        with database() as database_url:
            environment = _environment(database_url, mail_server.port)
            manage(environment, "migrate", "--verbosity", "0")
            os.environ.update(environment)
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
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": str(mail_port),
        "LOG_LEVEL": "WARNING",
    }


def soak(mailbox: Mailbox) -> int:
    """Queue the letters, kill workers meanwhile, and wait until nothing is left."""
    from jobs.services import status

    queueing = threading.Thread(target=queue_letters)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        crew = Crew(Path(folder) / "log")
        try:
            queueing.start()
            kills = crew.kill_often(mailbox)
            queueing.join()
            while sum(status()[name] for name in ("waiting", "running")):
                time.sleep(0.2)
        finally:
            crew.stop()
        if dead := status()["dead"]:
            sys.stderr.write(f"{dead} dead letters\n{tail(crew.log)}\n")
    return kills


def queue_letters() -> None:
    """A committed letter for each number, and ghosts between them."""
    from django.db import connection, transaction

    for number in range(JOBS):
        if random.random() < ROLLED_BACK:
            with transaction.atomic():
                queue_letter(f"ghost-{number}")
                transaction.set_rollback(True)
        with transaction.atomic():
            queue_letter(str(number))
            queue_letter(str(number))  # the same event again
    connection.close()


def queue_letter(number: str) -> None:
    from jobs.services import enqueue_mail

    enqueue_mail(
        f"soak:{number}",
        to=f"person-{number}@example.com",
        subject=f"Letter {number}",
        text="Something has happened.",
        html="<p>Something has happened.</p>",
        headers={"X-Number": number},
    )


class Crew:
    """The workers, the longest-lived first."""

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

    def kill_often(self, mailbox: Mailbox) -> int:
        """Kill the oldest after every few letters; return how often."""
        few = max(1, 2 * JOBS * 9 // (KILLS * 10)) if KILLS else 0
        for number in range(KILLS):
            mailbox.wait_for(min(mailbox.accepted + random.randint(1, few), JOBS))
            time.sleep(random.uniform(0, 0.01))  # anywhere within a job
            victim = self._workers.pop(0)
            victim.kill()
            victim.wait()
            self._workers.append(self._start())
            if number % 20 == 19:
                sys.stderr.write(f"{number + 1} kills, {mailbox.accepted} letters\n")
        return KILLS

    def stop(self) -> None:
        for worker in self._workers:
            stop(worker)
        self._output.close()


def report(mailbox: Mailbox, kills: int) -> int:
    wanted = {str(number) for number in range(JOBS)}
    found = set(mailbox.letters)
    result = {
        "jobs": JOBS,
        "kills": kills,
        "lost": len(wanted - found),
        "doubled": sum(len(set(ids)) > 1 for ids in mailbox.letters.values()),
        "ghosts": len(found - wanted),
    }
    again = mailbox.accepted - sum(len(set(ids)) for ids in mailbox.letters.values())
    print(f"{mailbox.accepted} deliveries, {again} of them again with the same id")
    print(json.dumps(result))
    return int(any(result[name] for name in ("lost", "doubled", "ghosts")))


if __name__ == "__main__":
    sys.exit(main())
