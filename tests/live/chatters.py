"""Chat clients: each posts by REST, listens on a socket, and often reconnects.

As docs/realtime.md says, a client keeps a message that has the next number of its
conversation, and drops one that it has. After a reconnect it resumes.
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

DISCARDED_ANSWERS_SHARE = 0.02  # the client repeats the POST, although it was accepted
CONNECTION_LIFETIME_S = (1.0, 3.0)  # the least and the most
CONNECTION_ERRORS = (OSError, WebSocketException, TimeoutError)


@dataclass
class Log:
    """The counters of all clients."""

    sent: int = 0
    repeated: int = 0  # repeated POSTs
    reconnects: int = 0
    doubled: int = 0  # received twice on one connection
    early: int = 0  # not the next number, outside of a `resume`
    unready: int = 0  # frames before `ready`
    resyncs: int = 0
    posted_at: dict[str, float] = field(default_factory=dict)  # of first attempts
    live_ms: list[float] = field(default_factory=list)
    ready_ms: list[float] = field(default_factory=list)
    closes: Counter = field(default_factory=Counter)
    errors: Counter = field(default_factory=Counter)


class Chatter:
    """One user with a client."""

    def __init__(self, user_id: int, token: str, port: int, log: Log):
        self.user_id, self._token, self._port, self._log = user_id, token, port, log
        self.kept: dict[int, list[str]] = defaultdict(list)  # contents by conversation
        self.sockets_may_break = True
        self._resuming: set[int] = set()
        # Of this connection: the (conversation, seq) that it received, and when it had
        # resumed, or 0.0.
        self._received: set[tuple[int, int]] = set()
        self._since = 0.0

    # --- REST -------------------------------------------------------------------------

    async def post(
        self, conversation_id: int, content: str, pool: ThreadPoolExecutor
    ) -> None:
        """Post a message until it is accepted, always with the same `client_msg_id`."""
        path = f"/api/messages/conversations/{conversation_id}/messages"
        body = {"content": content, "client_msg_id": content}
        call, is_first = Call("POST", path, self._token, body), True
        while True:
            answer = await self._request(call, pool, content if is_first else "")
            if answer.is_success and random.random() >= DISCARDED_ANSWERS_SHARE:
                break
            is_first = False
            self._log.repeated += 1
            self._log.posted_at.pop(content, None)
            if not answer.is_success:
                self._log.errors[answer.status] += 1
                await asyncio.sleep(random.uniform(0.2, 0.5))
        self._log.sent += 1

    async def _request(
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

    async def listen(
        self, conversation_ids: Iterable[int], pool: ThreadPoolExecutor
    ) -> None:
        """Connect, listen and reconnect, until cancelled."""
        for conversation_id in conversation_ids:
            self.kept[conversation_id] = []
        while True:
            with suppress(*CONNECTION_ERRORS):
                await self._listen_once(pool)
            self._since = 0.0
            self._log.reconnects += 1
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _listen_once(self, pool: ThreadPoolExecutor) -> None:
        ticket = ""
        if random.random() < 0.5:
            call = Call("POST", "/api/auth/ws-ticket", self._token)
            ticket = (await self._request(call, pool)).data.get("ticket", "")
        by_address = ticket and random.random() < 0.5
        query = f"?ticket={ticket}" if by_address else ""
        self._received = set()
        socket = await connect(f"ws://{HOST}:{self._port}/ws{query}", max_size=None)
        try:
            if not by_address:
                who = {"ticket": ticket} if ticket else {"token": self._token}
                await self._send(socket, "auth", **who, resume=self._last_seqs())
            await self._receive_frames(socket, resume=bool(by_address))
        finally:
            if socket.close_code is not None:
                self._log.closes[socket.close_code] += 1
            if random.random() < 0.5:
                socket.transport.abort()
            await socket.close()

    async def _receive_frames(self, socket: ClientConnection, *, resume: bool) -> None:
        opened, is_ready = time.monotonic(), False
        lifetime = random.uniform(*CONNECTION_LIFETIME_S)
        while True:
            wait = None
            if self._since and self.sockets_may_break:
                wait = self._since + lifetime - time.monotonic()
            frame = json.loads(await asyncio.wait_for(socket.recv(), wait))
            if frame["type"] == "ready":
                is_ready = True
                self._log.ready_ms.append((time.monotonic() - opened) * 1000)
                if resume:
                    await self._send(socket, "resume", conversations=self._last_seqs())
            elif not is_ready:
                self._log.unready += 1
            await self._handle(socket, frame)

    async def _send(self, socket: ClientConnection, type: str, **data) -> None:
        await socket.send(json.dumps({"type": type, **data}))

    def _last_seqs(self) -> dict[str, int]:
        self._resuming = set(self.kept)
        return {
            str(conversation_id): len(kept)
            for conversation_id, kept in self.kept.items()
        }

    async def _handle(self, socket: ClientConnection, frame: dict) -> None:
        if frame["type"] == "message.created":
            self._keep(frame["conversation_id"], frame["seq"], frame["message"])
        elif frame["type"] == "resumed":
            conversation_id, seq = frame["conversation_id"], frame["seq"]
            if frame["more"]:
                await self._send(
                    socket, "resume", conversations={str(conversation_id): seq}
                )
                return
            self._resuming.discard(conversation_id)
            if not self._resuming and not self._since:
                self._since = time.monotonic()
        elif frame["type"] == "resync":
            self._log.resyncs += 1
        elif frame["type"] == "error":
            self._log.errors[frame["code"]] += 1

    def _keep(self, conversation_id: int, seq: int, message: dict) -> None:
        kept = self.kept[conversation_id]
        if seq == len(kept) + 1:
            kept.append(message["content"])
            self._received.add((conversation_id, seq))
            if message["sender_id"] != self.user_id:
                self._measure(message["content"])
        elif conversation_id not in self._resuming:
            self._log.doubled += (conversation_id, seq) in self._received
            self._log.early += seq > len(kept)

    def _measure(self, content: str) -> None:
        """Measure the delay, if the connection was open before the POST."""
        posted_at = self._log.posted_at.get(content, 0.0)
        if self._since and posted_at > self._since:
            self._log.live_ms.append((time.monotonic() - posted_at) * 1000)
