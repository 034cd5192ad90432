"""People who talk: each posts by REST, listens on a socket, and often loses it.

As docs/realtime.md says, a client keeps of a conversation what has its next number and
drops what it has; after a reconnect it says how far it is.
"""

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.live.harness import Answer, Call, exchange
from tests.live.server import HOST

LOST_ANSWERS = 0.02  # of all sends: the client asks again, though it was taken
SOCKET_SECONDS = (1.0, 3.0)  # how long a socket lives
GONE = (OSError, WebSocketException, TimeoutError)


@dataclass
class Log:
    """What all of them saw together."""

    sent: int = 0
    again: int = 0  # sends that were repeated
    reconnects: int = 0
    doubled: int = 0  # on one socket
    early: int = 0  # a number that is not the next, outside of a `resume`
    unready: int = 0  # frames before `ready`
    resyncs: int = 0
    posted_at: dict[str, float] = field(default_factory=dict)  # of first attempts
    live_ms: list[float] = field(default_factory=list)
    ready_ms: list[float] = field(default_factory=list)
    closes: Counter = field(default_factory=Counter)
    errors: Counter = field(default_factory=Counter)


class Chatter:
    def __init__(self, user_id: int, token: str, port: int, log: Log):
        self.user_id, self._token, self._port, self._log = user_id, token, port, log
        self.kept: dict[int, list[str]] = defaultdict(list)  # by conversation, from 1
        self.sockets_may_break = True
        self._resuming: set[int] = set()
        self._own: set[tuple[int, int]] = set()  # what this socket has brought
        self._since = 0.0  # when this socket was ready

    # --- REST -------------------------------------------------------------------------

    async def say(self, talk: int, words: str, pool: ThreadPoolExecutor) -> None:
        """Post until it is taken, always by the same name."""
        path = f"/api/messages/conversations/{talk}/messages"
        body = {"content": words, "client_msg_id": words}
        call, is_first = Call("POST", path, self._token, body), True
        while True:
            answer = await self._ask(call, pool, words if is_first else "")
            if answer.is_success and random.random() >= LOST_ANSWERS:
                break
            is_first = False
            self._log.again += 1
            self._log.posted_at.pop(words, None)
            if not answer.is_success:
                self._log.errors[answer.status] += 1
                await asyncio.sleep(random.uniform(0.2, 0.5))
        self._log.sent += 1

    async def _ask(
        self, call: Call, pool: ThreadPoolExecutor, name: str = ""
    ) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, self._exchange, call, name)

    def _exchange(self, call: Call, name: str) -> Answer:
        if name:
            self._log.posted_at[name] = time.monotonic()
        with closing(HTTPConnection(HOST, self._port, timeout=30)) as http:
            try:
                return exchange(http, call)
            except (OSError, HTTPException):
                return Answer(0, {})

    # --- The socket -------------------------------------------------------------------

    async def listen(self, talks: Iterable[int], pool: ThreadPoolExecutor) -> None:
        """One socket after another, until cancelled."""
        for talk in talks:
            self.kept[talk] = []
        while True:
            with suppress(*GONE):
                await self._listen_once(pool)
            self._since = 0.0
            self._log.reconnects += 1
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _listen_once(self, pool: ThreadPoolExecutor) -> None:
        ticket = ""
        if random.random() < 0.5:
            call = Call("POST", "/api/auth/ws-ticket", self._token)
            ticket = (await self._ask(call, pool)).data.get("ticket", "")
        by_address = ticket and random.random() < 0.5
        query = f"?ticket={ticket}" if by_address else ""
        self._own = set()
        socket = await connect(f"ws://{HOST}:{self._port}/ws{query}", max_size=None)
        try:
            if not by_address:
                who = {"ticket": ticket} if ticket else {"token": self._token}
                await self._send(socket, "auth", **who, resume=self._places())
            await self._hear(socket, resume=bool(by_address))
        finally:
            if socket.close_code is not None:
                self._log.closes[socket.close_code] += 1
            if random.random() < 0.5:
                socket.transport.abort()
            await socket.close()

    async def _hear(self, socket: ClientConnection, *, resume: bool) -> None:
        opened, is_ready = time.monotonic(), False
        lifetime = random.uniform(*SOCKET_SECONDS)
        while True:
            wait = None
            if self._since and self.sockets_may_break:
                wait = self._since + lifetime - time.monotonic()
            said = json.loads(await asyncio.wait_for(socket.recv(), wait))
            if said["type"] == "ready":
                is_ready = True
                self._log.ready_ms.append((time.monotonic() - opened) * 1000)
                if resume:
                    await self._send(socket, "resume", conversations=self._places())
            elif not is_ready:
                self._log.unready += 1
            await self._take(socket, said)

    async def _send(self, socket: ClientConnection, type: str, **data) -> None:
        await socket.send(json.dumps({"type": type, **data}))

    def _places(self) -> dict[str, int]:
        self._resuming = set(self.kept)
        return {str(talk): len(kept) for talk, kept in self.kept.items()}

    async def _take(self, socket: ClientConnection, said: dict) -> None:
        if said["type"] == "message.created":
            self._keep(said["conversation_id"], said["seq"], said["message"])
        elif said["type"] == "resumed":
            talk, seq = said["conversation_id"], said["seq"]
            if said["more"]:
                await self._send(socket, "resume", conversations={str(talk): seq})
                return
            self._resuming.discard(talk)
            if not self._resuming and not self._since:
                self._since = time.monotonic()
        elif said["type"] == "resync":
            self._log.resyncs += 1
        elif said["type"] == "error":
            self._log.errors[said["code"]] += 1

    def _keep(self, talk: int, seq: int, message: dict) -> None:
        kept = self.kept[talk]
        if seq == len(kept) + 1:
            kept.append(message["content"])
            self._own.add((talk, seq))
            if message["sender_id"] != self.user_id:
                self._measure(message["content"])
        elif talk not in self._resuming:
            self._log.doubled += (talk, seq) in self._own
            self._log.early += seq > len(kept)

    def _measure(self, words: str) -> None:
        """How long it took, if this socket was open before it was posted."""
        posted_at = self._log.posted_at.get(words, 0.0)
        if self._since and posted_at > self._since:
            self._log.live_ms.append((time.monotonic() - posted_at) * 1000)
