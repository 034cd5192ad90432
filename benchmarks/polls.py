"""Write messages at a steady rate; measure what the polls of one socket server cost.

    DATABASE_URL=… python -m benchmarks.polls [--rates 0 200 1000] [--seconds 20]

Needs a migrated PostgreSQL on this machine. Threads of a second process write `--rates`
messages a second, in transactions of one to five rows that stay open for up to 20 ms,
so that rows are committed in another order than their ids. Prints a line of JSON for
each rate: how often a message was read, and the processor time that a poll takes in
this process and in PostgreSQL (from /proc). What a message takes is what a poll takes
more than at the rate 0, for `written / polls` messages. The rows stay: use a database
of your own.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import time
from pathlib import Path
from threading import Thread
from typing import Any

import django
import psycopg

CONVERSATIONS = 2_000
WRITERS = 16
WRITER_NAME = "benchmark-writer"
INSERT = """
    INSERT INTO messaging_message
        (conversation_id, seq, sender_id, content, client_msg_id, created_at)
    VALUES (%s, %s, %s, 'Hello', '', now())
"""


def conversations() -> list[tuple[int, int, int]]:
    """Return `(id, sender, last number)` of the conversations to write to."""
    from django.db.models import Max

    from accounts.models import User
    from messaging.models import Conversation

    rows = Conversation.objects.filter(participant_1__username__startswith="poll")
    if not rows.exists():
        people = User.objects.bulk_create(
            User(username=f"poll{n}", email=f"poll{n}@example.com", password="!")
            for n in range(2 * CONVERSATIONS)
        )
        pairs = zip(people[::2], people[1::2], strict=True)
        Conversation.objects.bulk_create(
            Conversation(participant_1=first, participant_2=second)
            for first, second in pairs
        )
    last = rows.annotate(last=Max("messages__seq"))
    return [
        (pk, sender, seq or 0)
        for pk, sender, seq in last.values_list("pk", "participant_1", "last")
    ]


def write_alone(own: list[tuple[int, int, int]], rate: float, seconds: float) -> None:
    """Write `rate` messages a second on a connection of its own."""
    if not rate:
        time.sleep(seconds)
        return
    rng = random.Random(own[0][0])
    last = {pk: seq for pk, _sender, seq in own}
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, application_name=WRITER_NAME, autocommit=True) as db:
        db.execute("SET synchronous_commit = off")
        begun, count = time.monotonic(), 0
        while (elapsed := time.monotonic() - begun) < seconds:
            with db.transaction():
                for _row in range(rng.randint(1, 5)):
                    pk, sender, _seq = rng.choice(own)
                    last[pk] += 1
                    db.execute(INSERT, (pk, last[pk], sender))
                    count += 1
                time.sleep(rng.uniform(0, 0.02))
            time.sleep(max(0.0, count / rate - elapsed))


def write(rows: list[tuple[int, int, int]], rate: float, seconds: float) -> None:
    threads = [
        Thread(target=write_alone, args=(rows[n::WRITERS], rate / WRITERS, seconds))
        for n in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class RowCounter:
    """Counts the rows of messages that the queries of all threads return."""

    rows = queries = 0

    def connect(self, connection: Any, **kwargs: object) -> None:
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any):
        result = execute(sql, params, many, context)
        self.queries += 1
        if "messaging_message" in sql:
            self.rows += max(0, context["cursor"].cursor.rowcount)
        return result


class BackendTime:
    """The processor time of this process's connections to PostgreSQL, in seconds."""

    def __init__(self) -> None:
        # Neither a connection of the polls, nor one that queries of this script use.
        self._db = psycopg.connect(
            os.environ["DATABASE_URL"], application_name=WRITER_NAME, autocommit=True
        )
        self._last: dict[int, float] = {}
        self.seconds = 0.0

    def sample(self) -> None:
        """Add what they took since the last sample; the pool replaces some of them."""
        rows = self._db.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND application_name <> %s",
            [WRITER_NAME],
        )
        pids = [pid for (pid,) in rows]
        for pid in pids:
            ns = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
            self.seconds += ns / 1e9 - self._last.get(pid, 0)
            self._last[pid] = ns / 1e9


async def poll(rate: float, seconds: float, counter: RowCounter) -> dict[str, Any]:
    from messaging.models import Message
    from realtime.hub import Hub

    poller = Hub().poller
    rows = await asyncio.to_thread(conversations)
    await poller.begin()
    writer = multiprocessing.get_context("spawn").Process(
        target=write, args=(rows, rate, seconds)
    )
    await poller._poll_new_rows()
    before = await asyncio.to_thread(Message.objects.count)
    counter.rows = counter.queries = 0
    backends = BackendTime()
    backends.sample()
    backends.seconds = 0.0
    here = time.process_time()
    writer.start()
    polls = 0
    while writer.is_alive() or polls < seconds + 12:  # the rows of the last 10 s too
        await asyncio.sleep(1)
        await poller._poll_new_rows()
        polls += 1
        backends.sample()
    here = time.process_time() - here
    queries, read = counter.queries, counter.rows
    written = await asyncio.to_thread(Message.objects.count) - before
    return {
        "rate": rate,
        "written": written,
        "polls": polls,
        "queries_per_poll": round(queries / polls, 1),
        "read_per_row": round(read / max(written, 1), 3),
        "server_ms_per_poll": round(1e3 * here / polls, 2),
        "postgresql_ms_per_poll": round(1e3 * backends.seconds / polls, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=[0, 200, 1000])
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()
    from django.db.backends.signals import connection_created

    counter = RowCounter()
    connection_created.connect(counter.connect)
    for rate in options.rates:
        result = asyncio.run(poll(rate, options.seconds, counter))
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
