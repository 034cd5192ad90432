"""The frames that wait to be sent on one connection, up to a limit."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from realtime.protocol import CloseCode

MAX_FRAMES = 500
MAX_CHARS = 1024 * 1024
SEND_TIMEOUT_S = 20  # of one frame, to a client that does not read


class SendBuffer:
    """A bounded queue of frames.

    `put` never waits. A producer that can wait for a slow client calls
    `wait_for_space` first. When the buffer is full, or one frame cannot be sent within
    `SEND_TIMEOUT_S`, the buffer drops its frames and calls `close` once.
    """

    def __init__(self, close: Callable[[CloseCode], None]):
        self._close = close
        self._frames: deque[str] = deque()
        self._chars = 0
        self._has_overflowed = False
        self._last_code: CloseCode | None = None  # set with the last frame
        self._has_frames = asyncio.Event()
        self._has_space = asyncio.Event()
        self._has_space.set()

    def put(self, frame: str) -> None:
        """Append a frame. Nothing is appended after an overflow or the last frame."""
        if self._has_overflowed or self._last_code is not None:
            return
        self._frames.append(frame)
        self._chars += len(frame)
        self._has_frames.set()
        if self._is_fuller_than(1):
            self._overflow()
        elif self._is_fuller_than(0.5):
            # Catching up stops at half, so that live events still fit: they cannot
            # wait, and would overflow the buffer.
            self._has_space.clear()

    def put_first(self, frame: str) -> None:
        """Put a frame before the waiting ones: `ready` must be the first of all."""
        self.put(frame)
        self._frames.rotate(1)

    def finish(self, frame: str, code: CloseCode) -> None:
        """Append the last frame; close with `code` once all are sent."""
        self.put(frame)
        self._last_code = self._last_code or code

    def clear(self) -> None:
        """Drop all waiting frames. Call it only before `run`."""
        self._frames.clear()
        self._chars = 0
        self._has_space.set()

    async def wait_for_space(self) -> None:
        """Wait until the buffer is a quarter full, after it was more than half full."""
        await self._has_space.wait()

    async def run(self, send: Callable[[dict], Awaitable]) -> None:
        """Send frames in order with the ASGI `send`, until cancelled or overflowed."""
        while not self._has_overflowed:
            await self._has_frames.wait()
            # Each `_send` yields, and `_overflow` may empty the queue meanwhile.
            while self._frames and not self._has_overflowed:
                await self._send(send, self._frames.popleft())
            if self._last_code is not None and not self._has_overflowed:
                self._close(self._last_code)
                return
            # No await since the queue was found empty: a frame that was put between
            # the two would otherwise wait for the next one.
            self._has_frames.clear()

    async def _send(self, send: Callable[[dict], Awaitable], frame: str) -> None:
        try:
            # Without a timeout a client that reads nothing would hold its frames and
            # its task for as long as TCP keeps the connection.
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send({"type": "websocket.send", "text": frame})
        except TimeoutError:
            self._overflow()
        self._chars -= len(frame)
        # A quarter, not a half: producers are woken for a batch, not for each frame.
        if not self._is_fuller_than(0.25):
            self._has_space.set()

    def _is_fuller_than(self, share: float) -> bool:
        return self._chars > share * MAX_CHARS or len(self._frames) > share * MAX_FRAMES

    def _overflow(self) -> None:
        self._has_overflowed = True
        self._frames.clear()
        self._close(CloseCode.READER_TOO_SLOW)
