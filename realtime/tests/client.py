"""A client of the socket, in the thread of the test.

It checks each frame that is sent or received against docs/asyncapi.yaml.
"""

import asyncio
import json
from collections.abc import Callable

from asgiref.sync import sync_to_async

from accounts import tokens
from realtime.connection import application
from realtime.tests import asyncapi

TIMEOUT_S = 8  # of each wait; most end at once


class Client:
    """`await client.receive_until("pong")` reads frames up to one of this type."""

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
        self.on_send: Callable[[dict], None] = lambda frame: None

    async def connect(self) -> bool:
        work = application(self._scope, self._in.get, self._take)
        self._task = asyncio.ensure_future(work)
        await self._in.put({"type": "websocket.connect"})
        return (await self._next())["type"] == "websocket.accept"

    async def disconnect(self) -> None:
        await self._in.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(TIMEOUT_S):
            await self._task
        while not self._out.empty():
            self._check(self._out.get_nowait())

    async def _take(self, event: dict) -> None:
        while not self.is_reading:
            await asyncio.sleep(0.05)
        await self._out.put(event)

    async def _next(self) -> dict:
        async with asyncio.timeout(TIMEOUT_S):
            event = await self._out.get()
        self._check(event)
        return event

    def _check(self, event: dict) -> None:
        if event["type"] == "websocket.send":
            asyncapi.check_server_frame(json.loads(event["text"]))
        elif "code" in event:
            asyncapi.check_close_code(event["code"])

    async def open(self, **auth) -> dict:
        """Connect, sign in, and return the `ready` frame."""
        assert await self.connect()
        if auth:
            await self.send("auth", **auth)
        return await self.receive_until("ready")

    async def send(self, type: str, **data) -> None:
        frame = {"type": type, **data}
        self.on_send(frame)
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str, *, is_valid: bool = True) -> None:
        """Send a frame, which must be valid by the document or not, as is said."""
        assert asyncapi.is_client_frame(text) is is_valid
        await self._in.put({"type": "websocket.receive", "text": text})

    async def receive_until(self, type: str) -> dict:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                frame = json.loads((await self._next())["text"])
                self.frames.append(frame)
                if frame["type"] == type:
                    return frame

    async def receives_no(self, type: str) -> bool:
        """Whether no such frame comes before the answer to a ping."""
        before = len(self.frames)
        await asyncio.sleep(0.2)
        await self.send("ping")
        await self.receive_until("pong")
        return type not in {frame["type"] for frame in self.frames[before:]}

    async def close_code_received(self) -> int:
        """Read up to the end of the connection, and return its close code."""
        while (event := await self._next())["type"] != "websocket.close":
            self.frames.append(json.loads(event["text"]))
        return event["code"]

    def seqs(self, conversation) -> list[int]:
        """The numbers of the messages that were received, in their order."""
        return [
            frame["seq"]
            for frame in self.frames
            if frame["type"] == "message.created"
            and frame["conversation_id"] == conversation.pk
        ]


def access_token_of(user) -> str:
    return tokens.open_session(user)["token"]


def in_thread(function, *args, **kwargs):
    """Await a blocking call, in the thread of the test."""
    return sync_to_async(function)(*args, **kwargs)
