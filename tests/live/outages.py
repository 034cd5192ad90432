"""Stop the mail server, Redis and the worker in turn: users must not notice.

Real processes: a temporary database on the PostgreSQL server of `DATABASE_URL`, and a
Redis and a mail server of its own. In each outage one person applies for tasks of
another and sends messages to them, and the other listens on a WebSocket. Prints one
JSON line per outage: calls and events during it, and e-mails by Message-ID after it.
The exit status is 1 if a call failed or took much longer than usual, an event did not
arrive, or an e-mail is lost or doubled.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from statistics import median

import django
from websockets.asyncio.client import connect

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.harness import Answer, Call, exchange
from tests.live.mail_server import MailServer
from tests.live.processes import OwnRedis, OwnServer, Worker
from tests.live.server import HOST, environment_with

ROUNDS = 8  # in each outage: an application and a message
OUTAGE_S = 5.0
MAX_DELAY_MS = 800  # that a call may take longer than usual
EVENTS_TIMEOUT_S = 4
EMAILS_TIMEOUT_S = 20  # after the outage
MAX_RUN_S = 400  # on a busy machine


def main() -> int:
    end_within(MAX_RUN_S)
    with ExitStack() as stack:
        url = stack.enter_context(scratch_database(os.environ["DATABASE_URL"]))
        redis = stack.enter_context(OwnRedis())
        mail = MailServer()
        mail.start()
        stack.callback(mail.stop)
        environment = {
            "DATABASE_URL": url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(mail.port),
            "EMAILS_PER_HOUR": "0",  # one person receives all of them
            "EMAILS_PER_DAY": "0",
            "LOG_LEVEL": "ERROR",
        }
        migrate(environment)
        os.environ.update(environment_with(environment))
        django.setup()
        server = stack.enter_context(OwnServer(environment))
        worker = stack.enter_context(Worker(environment))
        scenario = Scenario(server.port, mail)
        outages = (
            ("nothing", lambda: None, lambda: None),
            ("smtp", mail.stop, mail.start),
            ("redis", redis.kill, redis.start),
            ("redis hangs", redis.freeze, redis.thaw),
            ("redis is full", *redis.commands("CONFIG SET maxmemory", "1", "0")),
            ("redis is a replica", *redis.commands("REPLICAOF", f"{HOST} 1", "NO ONE")),
            ("redis denies", *redis.commands("ACL SETUSER default", "-@all", "+@all")),
            ("worker", worker.kill, worker.start),
        )
        failures = [asyncio.run(scenario.run(*outage)) for outage in outages]
        return int(any(failures))


class Scenario:
    """What two people do during an outage."""

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
        self._conversation = Conversation.objects.create(
            participant_1=self._owner, participant_2=self._helper
        )
        self._usual_ms = float("inf")  # until the run without an outage
        self._times: list[float] = []

    async def run(self, name: str, take_down, bring_up) -> bool:
        """Run one outage; return whether something was wrong."""
        tasks = await asyncio.to_thread(self._new_tasks, name)
        titles = {task.title for task in tasks}
        socket = await connect(f"ws://{HOST}:{self._port}/ws")
        async with socket:
            frame = {"type": "auth", "token": self._tokens[self._owner]}
            await socket.send(json.dumps(frame))
            events: Counter[str] = Counter()
            listening = asyncio.create_task(listen(socket, events))
            await asyncio.sleep(1)
            await asyncio.to_thread(take_down)
            began = time.monotonic()
            refused = await asyncio.to_thread(self._use_api, tasks)
            await wait_for_events(events)
            during = len(self._mail.of(titles))
            await asyncio.sleep(max(0, began + OUTAGE_S - time.monotonic()))
            await asyncio.to_thread(bring_up)
            over = time.monotonic()
            emails = await asyncio.to_thread(
                self._mail.wait_for, titles, seconds=EMAILS_TIMEOUT_S
            )
            listening.cancel()
        result = {
            "outage": name,
            "calls": len(self._times),
            "refused": refused,
            "slowest_ms": round(max(self._times)),
            "events": events["message.created"] + events["notification.created"],
            "emails_during": during,
            "emails": sum(emails.values()),
            "lost": len(titles) - len({subject for subject, _key in emails}),
            "doubled": sum(emails.values()) - len(titles),
            "seconds_after": round(time.monotonic() - over, 1),
        }
        print(json.dumps(result), flush=True)
        wrong = self._is_wrong(result)
        self._usual_ms = min(self._usual_ms, median(self._times))
        return wrong

    def _is_wrong(self, result: dict) -> bool:
        return bool(
            result["refused"]
            or result["events"] != 2 * ROUNDS
            or result["slowest_ms"] > self._usual_ms + MAX_DELAY_MS
            or result["lost"]
            or result["doubled"]
        )

    def _new_tasks(self, name: str) -> list:
        from django.db import connection

        from tasks.tests.factories import TaskFactory

        titles = [f"Errand {number}, {name}" for number in range(ROUNDS)]
        tasks = [TaskFactory(creator=self._owner, title=title) for title in titles]
        connection.close()  # this thread's, or each outage would keep one of the pool
        return tasks

    def _use_api(self, tasks: list) -> int:
        """Apply and send messages; return how many calls failed or show too little."""
        self._times = []
        answers = []
        for task in tasks:
            body = {"content": task.title}
            path = f"/api/messages/conversations/{self._conversation.pk}/messages"
            answers += [
                self._call("POST", f"/api/tasks/{task.pk}/apply", self._helper),
                self._call("POST", path, self._helper, body),
            ]
        listed = self._call("GET", "/api/notifications", self._owner)
        shown = json.dumps(listed.data, ensure_ascii=False)
        missing = sum(task.title not in shown for task in tasks)
        return missing + sum(not answer.is_success for answer in [*answers, listed])

    def _call(self, method: str, path: str, user, body: dict | None = None) -> Answer:
        began = time.monotonic()
        with closing(HTTPConnection(HOST, self._port, timeout=30)) as http:
            answer = exchange(http, Call(method, path, self._tokens[user], body))
        self._times.append((time.monotonic() - began) * 1000)
        return answer


async def listen(socket, events: Counter) -> None:
    async for frame in socket:
        events[json.loads(frame)["type"]] += 1


async def wait_for_events(events: Counter) -> None:
    deadline = time.monotonic() + EVENTS_TIMEOUT_S
    while time.monotonic() < deadline:
        if events["message.created"] + events["notification.created"] >= 2 * ROUNDS:
            return
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
