"""Send messages while connections, a server and Redis fail: none may be lost.

Fifty people in fifty conversations post `SOAK_MESSAGES` (10,000) messages. The two
participants of a conversation use different server processes, for REST and for the
socket. Every connection is lost after one to three seconds, one server is restarted,
and Redis is killed and started again some seconds later.

Needs PostgreSQL (`DATABASE_URL`, where it makes a database of its own and drops it) and
the program redis-server, which it runs on a free port. The last line is JSON. `lost`,
`doubled` and `out_of_order` count the messages that a client does not have, has twice
or has in another order, and those that one connection received twice or too early. The
milliseconds count from the start of the POST to the arrival at the other participant,
of messages that were not resumed. The exit status is 1 if any of the three is not 0.
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
from tests.live.database import migrate, scratch_database
from tests.live.processes import OwnRedis, OwnServer, Worker
from tests.live.server import environment_with

MESSAGES = int(os.environ.get("SOAK_MESSAGES", "10000"))
PEOPLE = 50
MIN_DURATION_S, MAX_MESSAGES_PER_S = 15, 60  # limits of the rate
REDIS_DOWN_S = 6  # longer than the heartbeat timeout
RESTART_AT_SHARE, KILL_REDIS_AT_SHARE = 0.25, 0.55  # shares of the messages
SETTLE_TIMEOUT_S = 20
TIMEOUT_S = 900


def main() -> int:
    end_within(TIMEOUT_S)
    with (
        scratch_database(os.environ["DATABASE_URL"]) as database_url,
        OwnRedis() as redis,
    ):
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "THROTTLE": "0",
            "LOG_LEVEL": "ERROR",
        }
        migrate(environment)
        os.environ.update(environment_with(environment))
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
        self._started_at = time.monotonic()
        self._stored: dict[int, list[str]] = {}  # contents by conversation
        self._people, self._conversations = self._create_people()

    def _create_people(
        self,
    ) -> tuple[list[Chatter], list[tuple[int, Chatter, Chatter]]]:
        """Create the people. Each one has two conversations across the servers."""
        from accounts import tokens
        from accounts.models import User
        from messaging.models import Conversation

        users = User.objects.bulk_create(
            User(username=f"user{number}", email=f"user{number}@example.com")
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
        conversations = []
        for number in range(0, PEOPLE, 2):
            for step in (1, 3):
                pair = sorted((number, (number + step) % PEOPLE))
                conversation = Conversation.objects.create(
                    participant_1=users[pair[0]], participant_2=users[pair[1]]
                )
                conversations.append(
                    (conversation.pk, *(people[index] for index in pair))
                )
        return people, conversations

    # --- The run ----------------------------------------------------------------------

    async def run(self) -> None:
        conversations_of: dict[Chatter, list[int]] = defaultdict(list)
        for conversation, *pair in self._conversations:
            for person in pair:
                conversations_of[person].append(conversation)
        with ThreadPoolExecutor(PEOPLE) as pool:
            listening = [
                asyncio.create_task(person.listen(conversations_of[person], pool))
                for person in self._people
            ]
            try:
                breaking = asyncio.create_task(self._cause_failures())
                async with asyncio.TaskGroup() as writing:
                    for number, person in enumerate(self._people):
                        share = len(range(number, MESSAGES, PEOPLE))
                        work = self._write(
                            person, conversations_of[person], share, pool
                        )
                        writing.create_task(work)
                await breaking
                await self._settle()
            finally:
                for task in listening:
                    task.cancel()
                await asyncio.gather(*listening, return_exceptions=True)

    async def _write(self, person, conversations, count: int, pool) -> None:
        seconds = max(MIN_DURATION_S, MESSAGES / MAX_MESSAGES_PER_S)
        pause = seconds * PEOPLE / MESSAGES
        for number in range(count):
            await asyncio.sleep(random.uniform(0, 2 * pause))
            await person.post(
                random.choice(conversations), f"{person.user_id}-{number:06}", pool
            )

    async def _cause_failures(self) -> None:
        await self._reached(RESTART_AT_SHARE)
        await asyncio.to_thread(self._servers[0].stop)
        await asyncio.to_thread(self._servers[0].start)
        self._log_step("a server was restarted")
        await self._reached(KILL_REDIS_AT_SHARE)
        self._redis.kill()
        self._log_step("Redis was killed")
        await asyncio.sleep(REDIS_DOWN_S)
        await asyncio.to_thread(self._redis.start)
        self._log_step("Redis is back")

    async def _reached(self, share: float) -> None:
        while self._log.sent < share * MESSAGES:
            await asyncio.sleep(0.05)

    async def _settle(self) -> None:
        """Keep the connections open; wait until every client has all messages."""
        for person in self._people:
            person.sockets_may_break = False
        self._stored = await asyncio.to_thread(stored_messages)
        deadline = time.monotonic() + SETTLE_TIMEOUT_S
        while time.monotonic() < deadline and any(self._missing()):
            await asyncio.sleep(0.1)

    def _missing(self):
        for conversation, *pair in self._conversations:
            stored = self._stored.get(conversation, [])
            for person in pair:
                yield len(stored) - len(person.kept[conversation])

    def _log_step(self, what: str) -> None:
        seconds = time.monotonic() - self._started_at
        sys.stderr.write(f"{seconds:.0f} s, {self._log.sent} messages: {what}\n")

    # --- The report -------------------------------------------------------------------

    def report(self) -> int:
        """Print the result; return the exit status."""
        log, lost, doubled, moved = self._log, 0, self._log.doubled, self._log.early
        everything = [content for row in self._stored.values() for content in row]
        lost += MESSAGES - len(set(everything))
        doubled += len(everything) - len(set(everything))
        for conversation, *pair in self._conversations:
            stored = self._stored.get(conversation, [])
            moved += unordered(stored)
            for person in pair:
                kept = person.kept[conversation]
                lost += len(set(stored) - set(kept))
                doubled += sum(Counter(kept).values()) - len(set(kept))
                moved += [w for w in stored if w in set(kept)] != kept
        ready = percentiles(log.ready_ms)
        sys.stderr.write(
            f"ready in {ready[49]:.0f} ms, p99 {ready[98]:.0f}; "
            f"{len(log.live_ms)} arrivals were live; {log.repeated} posts repeated, "
            f"{log.resyncs} resyncs, {log.unready} frames before ready, "
            f"closed {dict(log.closes)}, refused {dict(log.errors)}\n"
        )
        live = percentiles(log.live_ms)
        result = {
            "messages": log.sent,
            "reconnects": log.reconnects,
            "lost": lost,
            "doubled": doubled,
            "out_of_order": moved,
            "p50_ms": round(live[49], 1),
            "p99_ms": round(live[98], 1),
        }
        print(json.dumps(result), flush=True)
        broken = lost or doubled or moved or log.unready or log.sent != MESSAGES
        return int(bool(broken))


def stored_messages() -> dict[int, list[str]]:
    """Return the stored messages of each conversation, in order."""
    from django.db import connection

    from messaging.models import Message

    found = defaultdict(list)
    rows = Message.objects.order_by("conversation", "seq")
    for conversation, content in rows.values_list("conversation_id", "content"):
        found[conversation].append(content)
    connection.close()
    return found


def percentiles(figures: list[float]) -> list[float]:
    """Return the 99 percentiles."""
    return quantiles(figures, n=100) if len(figures) > 1 else [0.0] * 99


def unordered(conversation: list[str]) -> int:
    """Count the messages that stand after a later message of the same sender."""
    last: dict[str, str] = {}
    count = 0
    for content in conversation:
        sender = content.split("-")[0]
        count += content <= last.get(sender, "")
        last[sender] = content
    return count


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
