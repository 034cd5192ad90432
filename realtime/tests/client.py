"""A client of the sockets in one thread: what waits, waits for seconds at most."""

import asyncio
import json

from asgiref.sync import sync_to_async

from accounts import tokens
from realtime.connection import application

SECONDS = 8  # no wait is longer; most are over at once


class Client:
    """`await client.until("pong")` reads on to a frame of this type."""

    def __init__(self, query: str = "", path: str = "/ws", **headers):
        named = {"host": "testserver"} | headers
        self._scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.removeprefix("?").encode(),
            "headers": [(k.encode(), v.encode()) for k, v in named.items()],
            "client": ("127.0.0.1", 1),
        }
        self._in, self._out = asyncio.Queue(), asyncio.Queue()
        self.is_reading = True
        self._task: asyncio.Task | None = None
        self.frames: list[dict] = []

    async def connect(self) -> bool:
        work = application(self._scope, self._in.get, self._take)
        self._task = asyncio.ensure_future(work)
        await self._in.put({"type": "websocket.connect"})
        return (await self._next())["type"] == "websocket.accept"

    async def disconnect(self) -> None:
        await self._in.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(SECONDS):
            await self._task

    async def _take(self, event: dict) -> None:
        while not self.is_reading:
            await asyncio.sleep(0.05)
        await self._out.put(event)

    async def _next(self) -> dict:
        async with asyncio.timeout(SECONDS):
            return await self._out.get()

    async def open(self, **auth) -> dict:
        """Connect, sign in, and return the `ready` frame."""
        assert await self.connect()
        if auth:
            await self.send("auth", **auth)
        return await self.receive_until("ready")

    async def send(self, type: str, **data) -> None:
        await self.send_text(json.dumps({"type": type, **data}))

    async def send_text(self, text: str) -> None:
        await self._in.put({"type": "websocket.receive", "text": text})

    async def receive_until(self, type: str) -> dict:
        async with asyncio.timeout(SECONDS):
            while True:
                frame = json.loads((await self._next())["text"])
                self.frames.append(frame)
                if frame["type"] == type:
                    return frame

    async def receives_no(self, type: str) -> bool:
        """Up to the answer to a ping, which comes after what was said before."""
        before = len(self.frames)
        await asyncio.sleep(0.2)
        await self.send("ping")
        await self.receive_until("pong")
        return type not in {frame["type"] for frame in self.frames[before:]}

    async def close_code_received(self) -> int:
        """Read on to the end, and return its code."""
        while (event := await self._next())["type"] != "websocket.close":
            self.frames.append(json.loads(event["text"]))
        return event["code"]

    def seqs(self, conversation) -> list[int]:
        """The numbers of the messages that came, in their order."""
        return [
            frame["seq"]
            for frame in self.frames
            if frame["type"] == "message.created"
            and frame["conversation_id"] == conversation.pk
        ]


def access_token_of(user) -> str:
    return tokens.open_session(user)["token"]


def in_thread(function, *args, **kwargs):
    """A blocking call from a coroutine, on the thread of the test."""
    return sync_to_async(function)(*args, **kwargs)
