"""What two people do while a script stops something: read, write and listen."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.live.server import HOST

PAUSE_S = 0.05  # between two requests of a client
TASKS = 8  # to apply for: each gives an e-mail
TIMEOUT_S = 30


@dataclass(frozen=True)
class Response:
    """One answered request."""

    status: int
    body: dict
    retry_after: str | None
    ms: float
    ended_at: float  # by time.monotonic()

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_clean_refusal(self) -> bool:
        """Whether it is a 503 that names when to try again, in the shape of errors."""
        has_shape = self.body.keys() >= {"error", "code", "fields"}
        return self.status == 503 and bool(self.retry_after) and has_shape


def send(
    port: int, method: str, path: str, token: str = "", body: dict | None = None
) -> Response:
    """Send one request on a new connection; status 0 if there is no answer."""
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    began = time.monotonic()
    http = HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    status, data, retry_after = 0, {}, None
    with suppress(OSError, HTTPException, ValueError):
        http.request(method, path, body and json.dumps(body), headers)
        answer = http.getresponse()
        status, retry_after = answer.status, answer.headers["Retry-After"]
        data = json.loads(answer.read() or b"{}")
    http.close()
    ended = time.monotonic()
    data = data if isinstance(data, dict) else {}
    return Response(status, data, retry_after, (ended - began) * 1000, ended)


class Traffic:
    """Runs while its block runs; then what it has seen can be read.

    `ports` are those of the server of requests and of the server of sockets, which
    serves requests, too.
    """

    def __init__(self, name: str, ports: tuple[int, int]):
        self.name, self._ports = name, ports
        self.requests: list[Response] = []
        self.health: list[Response] = []
        self.ready: list[Response] = []
        self.accepted: set[str] = set()  # contents of messages
        self.events: list[str] = []  # the same, as the socket has received them
        self.reconnects = 0
        self._received_at: list[float] = []
        self._seq = 0
        self._is_over = False
        self._prepare()
        self.titles: set[str] = set()  # of the tasks that were applied for

    def _prepare(self) -> None:
        from accounts import tokens
        from accounts.models import User
        from messaging.models import Conversation
        from tasks.tests.factories import TaskFactory

        name = self.name.replace(" ", "-")
        owner, helper = User.objects.bulk_create(
            User(username=f"{who}-{name}", email=f"{who}-{name}@example.com")
            for who in ("owner", "helper")
        )
        self._owner_token = tokens.open_session(owner)["token"]
        self._helper_token = tokens.open_session(helper)["token"]
        pair = {"participant_1": owner, "participant_2": helper}
        self._conversation_id = Conversation.objects.create(**pair).pk
        self._tasks = [
            TaskFactory(creator=owner, title=f"Errand {number}, {self.name}")
            for number in range(TASKS)
        ]

    def stored(self) -> set[str]:
        """Return the contents of the messages in the database."""
        from django.db import connection

        from messaging.models import Message

        connection.close()  # this process's own, which the outage has broken
        rows = Message.objects.filter(conversation_id=self._conversation_id)
        return set(rows.values_list("content", flat=True))

    def first_event_after(self, moment: float) -> float:
        """Return when the socket has received its first message after `moment`."""
        return min(
            (at for at in self._received_at if at > moment), default=float("inf")
        )

    def __enter__(self):
        web, sockets = self._ports
        clients: list[tuple[Callable, tuple]] = [
            *((self._read, (port,)) for port in (web, web, sockets)),
            *((self._watch, (port, "/health", self.health)) for port in self._ports),
            *((self._watch, (port, "/ready", self.ready)) for port in self._ports),
            (self._write, (sockets,)),
            (self._apply, (web,)),
            (asyncio.run, (self._listen(sockets),)),
        ]
        self._threads = [
            threading.Thread(target=run, args=arguments, daemon=True)
            for run, arguments in clients
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self._is_over = True
        for thread in self._threads:
            thread.join(TIMEOUT_S)

    def _read(self, port: int) -> None:
        while not self._is_over:
            for path in ("/api/tasks", "/api/auth/profile"):
                answer = send(port, "GET", path, self._helper_token)
                self.requests.append(answer)
                time.sleep(PAUSE_S)

    def _watch(self, port: int, path: str, seen: list[Response]) -> None:
        while not self._is_over:
            seen.append(send(port, "GET", path))
            time.sleep(PAUSE_S)

    def _write(self, port: int) -> None:
        """Send messages, each until it is accepted."""
        path = f"/api/messages/conversations/{self._conversation_id}/messages"
        number = 0
        while not self._is_over:
            content = f"{self.name} {number}"
            body = {"content": content, "client_msg_id": f"{number}-{id(self)}"}
            if self._until_accepted(port, path, body):
                self.accepted.add(content)
            number += 1
            time.sleep(PAUSE_S)

    def _apply(self, port: int) -> None:
        """Apply for the tasks, all of them after the usual time."""
        time.sleep(1.5)  # the first before the outage, most during it
        for task in self._tasks:
            if self._until_accepted(port, f"/api/tasks/{task.pk}/apply", None):
                self.titles.add(task.title)
            time.sleep(0.2)

    def _until_accepted(self, port: int, path: str, body: dict | None) -> bool:
        while not self._is_over:
            answer = send(port, "POST", path, self._helper_token, body)
            # 4xx: the answer to an earlier one was lost, but the row is there.
            if answer.is_success or 400 <= answer.status < 500:
                return answer.is_success
            self.requests.append(answer)
            time.sleep(PAUSE_S)
        return False

    async def _listen(self, port: int) -> None:
        """Listen on a socket; connect again, and resume, if it is closed."""
        while not self._is_over:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(f"ws://{HOST}:{port}/ws") as socket:
                    resume = {str(self._conversation_id): self._seq}
                    who = {"type": "auth", "token": self._owner_token}
                    await socket.send(json.dumps(who | {"resume": resume}))
                    await self._receive(socket)
            if not self._is_over:
                self.reconnects += 1
                await asyncio.sleep(PAUSE_S)

    async def _receive(self, socket) -> None:
        idle_since = time.monotonic()
        while not self._is_over or time.monotonic() - idle_since < 1.5:
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 0.5))
            except TimeoutError:
                continue
            if frame["type"] == "message.created":
                idle_since = time.monotonic()
                self._received_at.append(idle_since)
                self._seq = frame["seq"]
                self.events.append(frame["message"]["content"])
