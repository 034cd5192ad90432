"""What waits to be sent on one socket: so much, and no more."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from realtime.protocol import Close

MOST_FRAMES = 500
MOST_BYTES = 1024 * 1024
STUCK_SECONDS = 20  # longest wait of one frame for a reader


class Outbox:
    """`put` never waits. Whoever may wait for a slow reader asks for `room` first.

    `cut` is called, once, when the reader is too slow.
    """

    def __init__(self, cut: Callable[[Close], None]):
        self._cut = cut
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._is_over = False
        self._filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def put(self, frame: str) -> None:
        if self._is_over:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._filled.set()
        if self._holds(1):
            self._give_up()
        elif self._holds(0.5):
            self._has_room.clear()

    def put_first(self, frame: str) -> None:
        """Put it before what waits: for the frame that begins everything."""
        self.put(frame)
        self._frames.rotate(1)

    def forget(self) -> None:
        """Drop what waits, before anything is sent."""
        self._frames.clear()
        self._bytes = 0
        self._has_room.set()

    async def room(self) -> None:
        await self._has_room.wait()

    async def run(self, send: Callable[[dict], Awaitable]) -> None:
        """Send what is put, until cancelled or given up."""
        while not self._is_over:
            await self._filled.wait()
            while self._frames and not self._is_over:
                await self._send(send, self._frames.popleft())
            self._filled.clear()

    async def _send(self, send: Callable[[dict], Awaitable], frame: str) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await send({"type": "websocket.send", "text": frame})
        except TimeoutError:
            self._give_up()
        self._bytes -= len(frame)
        if not self._holds(0.25):
            self._has_room.set()

    def _holds(self, share: float) -> bool:
        """Whether more than this share of the most waits."""
        return (
            self._bytes > share * MOST_BYTES or len(self._frames) > share * MOST_FRAMES
        )

    def _give_up(self) -> None:
        self._is_over = True
        self._frames.clear()
        self._cut(Close.TOO_SLOW)
