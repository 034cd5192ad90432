"""Talk through two servers while sockets, a server and Redis fail: nothing is missing.

Fifty people in fifty conversations post `SOAK_MESSAGES` (10,000) messages. Each posts
to one of two server processes and listens at the same one; the other one of every
conversation does so at the other process. Every socket is lost after one to three
seconds, one server is restarted, and Redis is killed and comes back some seconds later.

Needs PostgreSQL (`DATABASE_URL`, where it makes a database of its own and drops it) and
the program redis-server, which it runs on a free port. The last line is JSON: `lost`,
`doubled` and `out_of_order` count what a client has not, twice or not in its place, and
what a single socket brought twice or too early. The milliseconds are from the start of
the POST to the other one's socket, of messages that were not resumed. The exit status
is 1 if a promise was broken.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from statistics import quantiles

import django

from tests.live.bounds import end_within
from tests.live.chatters import Chatter, Log
from tests.live.database import scratch_database
from tests.live.processes import OwnRedis, OwnServer, Worker
from tests.live.server import manage

MESSAGES = int(os.environ.get("SOAK_MESSAGES", "10000"))
PEOPLE = 50
SHORTEST_SECONDS, MOST_PER_SECOND = 15, 60  # how fast they write
REDIS_AWAY_SECONDS = 6  # longer than it takes the servers to notice
RESTART_AT, KILL_AT = 0.25, 0.55  # of the messages
SETTLE_SECONDS = 20
MOST_SECONDS = 900


def main() -> int:
    end_within(MOST_SECONDS)
    with (
        scratch_database(os.environ["DATABASE_URL"]) as database_url,
        OwnRedis() as redis,
    ):
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "THROTTLE": "0",
            "LOG_LEVEL": "ERROR",
        }
        manage(environment, "migrate", "--verbosity", "0")
        os.environ.update(environment)
        django.setup()
        with (
            OwnServer(environment) as one,
            OwnServer(environment) as other,
            Worker(environment),
        ):
            soak = Soak((one, other), redis)
            asyncio.run(soak.run())
            return soak.report()


class Soak:
    def __init__(self, servers: tuple[OwnServer, OwnServer], redis: OwnRedis):
        self._servers, self._redis = servers, redis
        self._log = Log()
        self._began = time.monotonic()
        self._wanted: dict[int, list[str]] = {}  # by conversation, as the database says
        self._people, self._talks = self._cast()

    def _cast(self) -> tuple[list[Chatter], list[tuple[int, Chatter, Chatter]]]:
        """Everybody talks with two people, who are at the other server."""
        from accounts import tokens
        from accounts.models import User
        from messaging.models import Conversation

        users = User.objects.bulk_create(
            User(username=f"talker{number}", email=f"talker{number}@example.com")
            for number in range(PEOPLE)
        )
        people = [
            Chatter(
                user.pk,
                tokens.open_session(user)["token"],
                self._servers[number % 2].port,
                self._log,
            )
            for number, user in enumerate(users)
        ]
        talks = []
        for number in range(0, PEOPLE, 2):
            for step in (1, 3):
                pair = sorted((number, (number + step) % PEOPLE))
                talk = Conversation.objects.create(
                    participant_1=users[pair[0]], participant_2=users[pair[1]]
                )
                talks.append((talk.pk, *(people[place] for place in pair)))
        return people, talks

    # --- The run ----------------------------------------------------------------------

    async def run(self) -> None:
        mine: dict[Chatter, list[int]] = defaultdict(list)
        for talk, *pair in self._talks:
            for person in pair:
                mine[person].append(talk)
        with ThreadPoolExecutor(PEOPLE) as pool:
            listening = [
                asyncio.create_task(person.listen(mine[person], pool))
                for person in self._people
            ]
            try:
                breaking = asyncio.create_task(self._break_things())
                async with asyncio.TaskGroup() as writing:
                    for number, person in enumerate(self._people):
                        share = len(range(number, MESSAGES, PEOPLE))
                        work = self._write(person, mine[person], share, pool)
                        writing.create_task(work)
                await breaking
                await self._settle()
            finally:
                for task in listening:
                    task.cancel()
                await asyncio.gather(*listening, return_exceptions=True)

    async def _write(self, person, talks, count: int, pool) -> None:
        seconds = max(SHORTEST_SECONDS, MESSAGES / MOST_PER_SECOND)
        pause = seconds * PEOPLE / MESSAGES
        for number in range(count):
            await asyncio.sleep(random.uniform(0, 2 * pause))
            await person.say(
                random.choice(talks), f"{person.user_id}-{number:06}", pool
            )

    async def _break_things(self) -> None:
        await self._reached(RESTART_AT)
        await asyncio.to_thread(self._servers[0].stop)
        await asyncio.to_thread(self._servers[0].start)
        self._tell("a server was restarted")
        await self._reached(KILL_AT)
        self._redis.kill()
        self._tell("Redis was killed")
        await asyncio.sleep(REDIS_AWAY_SECONDS)
        await asyncio.to_thread(self._redis.start)
        self._tell("Redis is back")

    async def _reached(self, share: float) -> None:
        while self._log.sent < share * MESSAGES:
            await asyncio.sleep(0.05)

    async def _settle(self) -> None:
        """Sockets hold from now on; wait until everybody has everything."""
        for person in self._people:
            person.sockets_may_break = False
        self._wanted = await asyncio.to_thread(written)
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline and any(self._missing()):
            await asyncio.sleep(0.1)

    def _missing(self):
        for talk, *pair in self._talks:
            wanted = self._wanted.get(talk, [])
            for person in pair:
                yield len(wanted) - len(person.kept[talk])

    def _tell(self, what: str) -> None:
        seconds = time.monotonic() - self._began
        sys.stderr.write(f"{seconds:.0f} s, {self._log.sent} messages: {what}\n")

    # --- What came of it --------------------------------------------------------------

    def report(self) -> int:
        log, lost, doubled, moved = self._log, 0, self._log.doubled, self._log.early
        everything = [words for row in self._wanted.values() for words in row]
        lost += MESSAGES - len(set(everything))
        doubled += len(everything) - len(set(everything))
        for talk, *pair in self._talks:
            wanted = self._wanted.get(talk, [])
            moved += unordered(wanted)
            for person in pair:
                kept = person.kept[talk]
                lost += len(set(wanted) - set(kept))
                doubled += sum(Counter(kept).values()) - len(set(kept))
                moved += [w for w in wanted if w in set(kept)] != kept
        ready = cuts_of(log.ready_ms)
        sys.stderr.write(
            f"ready in {ready[49]:.0f} ms, p99 {ready[98]:.0f}; "
            f"{len(log.live_ms)} arrivals were live; {log.again} posts repeated, "
            f"{log.resyncs} resyncs, {log.unready} frames before ready, "
            f"closed {dict(log.closes)}, refused {dict(log.errors)}\n"
        )
        cuts = cuts_of(log.live_ms)
        result = {
            "messages": log.sent,
            "reconnects": log.reconnects,
            "lost": lost,
            "doubled": doubled,
            "out_of_order": moved,
            "p50_ms": round(cuts[49], 1),
            "p99_ms": round(cuts[98], 1),
        }
        print(json.dumps(result), flush=True)
        broken = lost or doubled or moved or log.unready or log.sent != MESSAGES
        return int(bool(broken))


def written() -> dict[int, list[str]]:
    """What the database has, in the order of its numbers."""
    from django.db import connection

    from messaging.models import Message

    found = defaultdict(list)
    rows = Message.objects.order_by("conversation", "seq")
    for talk, words in rows.values_list("conversation_id", "content"):
        found[talk].append(words)
    connection.close()
    return found


def cuts_of(figures: list[float]) -> list[float]:
    """The 99 percentiles."""
    return quantiles(figures, n=100) if len(figures) > 1 else [0.0] * 99


def unordered(talk: list[str]) -> int:
    """How often a sender's later message stands before an earlier one."""
    last: dict[str, str] = {}
    count = 0
    for words in talk:
        sender = words.split("-")[0]
        count += words <= last.get(sender, "")
        last[sender] = words
    return count


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
