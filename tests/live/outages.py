"""Take the mail server, Redis and the worker away, one after another, and see.

Real processes on PostgreSQL (`DATABASE_URL`, where it makes a database of its own and
drops it), a Redis and a mail server of their own. In each outage one person applies for
tasks of another and writes to them, and the other listens on a socket. Prints a JSON
line an outage: what the two saw during it, and the letters, told apart by their
Message-ID, when it was over. The exit status is 1 if a call failed, a call took
much longer than usual, the socket was silent, or a letter is lost or doubled.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from email import message_from_bytes
from email.policy import default
from http.client import HTTPConnection
from statistics import median

import django
from aiosmtpd.controller import Controller
from websockets.asyncio.client import connect

from tests.live.bounds import end_within
from tests.live.database import scratch_database
from tests.live.parts import OwnRedis, OwnServer, Worker
from tests.live.server import HOST, free_port, manage
from tests.live.stage import Answer, Call, exchange

ACTS = 8  # in each outage: an application and a message
SECONDS = 5.0  # of an outage
ADDED_MS = 800  # that a call may take longer than usual
HEARD_SECONDS = 4  # in which the socket has everything
PATIENCE_SECONDS = 20  # for the letters, when it is over
MOST_SECONDS = 90


class MailServer:
    """On one port for good; keeps the subject and Message-ID of each letter."""

    def __init__(self):
        self.port = free_port()
        self.letters: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=default)
        self.letters.append((letter["Subject"], letter["Message-ID"]))
        return "250 OK"

    def start(self) -> None:
        self._running = Controller(self, hostname=HOST, port=self.port)
        self._running.start()

    def stop(self) -> None:
        self._running.stop()

    def of(self, titles: set[str]) -> Counter[tuple[str, str]]:
        """How often each letter about these tasks came."""
        return Counter(
            (subject, key)
            for subject, key in self.letters
            if any(subject.endswith(title) for title in titles)
        )


def main() -> int:
    end_within(MOST_SECONDS)
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database(os.environ["DATABASE_URL"]))
        redis = stack.enter_context(OwnRedis())
        mail = MailServer()
        mail.start()
        stack.callback(mail.stop)
        environment = {
            "DATABASE_URL": url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(mail.port),
            "LOG_LEVEL": "ERROR",
        }
        manage(environment, "migrate", "--verbosity", "0")
        os.environ.update(environment)
        django.setup()
        server = stack.enter_context(OwnServer(environment))
        worker = stack.enter_context(Worker(environment))
        market = Market(server.port, mail)
        outages = (
            ("nothing", lambda: None, lambda: None),
            ("smtp", mail.stop, mail.start),
            ("redis", redis.kill, redis.start),
            ("redis hangs", redis.freeze, redis.thaw),
            ("worker", worker.kill, worker.start),
        )
        faults = [asyncio.run(market.endure(*outage)) for outage in outages]
        return int(any(faults))


class Market:
    def __init__(self, port: int, mail: MailServer):
        from accounts import tokens
        from accounts.models import User
        from messaging.models import Conversation

        self._port, self._mail = port, mail
        self._owner, self._helper = User.objects.bulk_create(
            User(username=name, email=f"{name}@example.com")
            for name in ("owner", "helper")
        )
        self._tokens = {
            user: tokens.open_session(user)["token"]
            for user in (self._owner, self._helper)
        }
        self._talk = Conversation.objects.create(
            participant_1=self._owner, participant_2=self._helper
        )
        self._usual_ms = float("inf")  # until nothing was away
        self._times: list[float] = []

    async def endure(self, name: str, take_away, bring_back) -> bool:
        """One outage; whether something was wrong."""
        tasks = await asyncio.to_thread(self._new_tasks, name)
        titles = {task.title for task in tasks}
        socket = await connect(f"ws://{HOST}:{self._port}/ws")
        async with socket:
            frame = {"type": "auth", "token": self._tokens[self._owner]}
            await socket.send(json.dumps(frame))
            heard: Counter[str] = Counter()
            listening = asyncio.create_task(listen(socket, heard))
            await asyncio.sleep(1)
            await asyncio.to_thread(take_away)
            began = time.monotonic()
            refused = await asyncio.to_thread(self._act, tasks)
            await hear(heard)
            during = len(self._mail.of(titles))
            await asyncio.sleep(max(0, began + SECONDS - time.monotonic()))
            await asyncio.to_thread(bring_back)
            over = time.monotonic()
            letters = await self._letters(titles)
            listening.cancel()
        result = {
            "outage": name,
            "calls": len(self._times),
            "refused": refused,
            "slowest_ms": round(max(self._times)),
            "heard": heard["message.created"] + heard["notification.created"],
            "letters_during": during,
            "letters": sum(letters.values()),
            "lost": len(titles) - len({subject for subject, _key in letters}),
            "doubled": sum(letters.values()) - len(titles),
            "seconds_after": round(time.monotonic() - over, 1),
        }
        print(json.dumps(result), flush=True)
        wrong = self._is_wrong(result)
        self._usual_ms = min(self._usual_ms, median(self._times))
        return wrong

    def _is_wrong(self, result: dict) -> bool:
        return bool(
            result["refused"]
            or result["heard"] != 2 * ACTS
            or result["slowest_ms"] > self._usual_ms + ADDED_MS
            or result["lost"]
            or result["doubled"]
        )

    def _new_tasks(self, name: str) -> list:
        from tasks.tests.factories import TaskFactory

        titles = [f"Errand {number}, {name}" for number in range(ACTS)]
        return [TaskFactory(creator=self._owner, title=title) for title in titles]

    def _act(self, tasks: list) -> int:
        """Apply, write, and see it; return how many calls were refused."""
        self._times = []
        answers = []
        for task in tasks:
            words = {"content": task.title}
            path = f"/api/messages/conversations/{self._talk.pk}/messages"
            answers += [
                self._ask("POST", f"/api/tasks/{task.pk}/apply", self._helper),
                self._ask("POST", path, self._helper, words),
            ]
        seen = self._ask("GET", "/api/notifications", self._owner)
        told = json.dumps(seen.data, ensure_ascii=False)
        unseen = sum(task.title not in told for task in tasks)
        return unseen + sum(not answer.is_success for answer in [*answers, seen])

    def _ask(self, method: str, path: str, user, body: dict | None = None) -> Answer:
        began = time.monotonic()
        with closing(HTTPConnection(HOST, self._port, timeout=30)) as http:
            answer = exchange(http, Call(method, path, self._tokens[user], body))
        self._times.append((time.monotonic() - began) * 1000)
        return answer

    async def _letters(self, titles: set[str]) -> Counter:
        """All of them; then a little longer, for those that come twice."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self._mail.of(titles)) < len(titles):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        return self._mail.of(titles)


async def listen(socket, heard: Counter) -> None:
    async for frame in socket:
        heard[json.loads(frame)["type"]] += 1


async def hear(heard: Counter) -> None:
    deadline = time.monotonic() + HEARD_SECONDS
    while time.monotonic() < deadline:
        if heard["message.created"] + heard["notification.created"] >= 2 * ACTS:
            return
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
