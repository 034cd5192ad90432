"""Read the body of a request before it gets a thread: within time and memory."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from core.web.limits import MAX_DRAINED_RATIO, body_limit

Message = MutableMapping[str, Any]  # of ASGI
Receive = Callable[[], Awaitable[Message]]
SLOWEST_BYTES_PER_S = 16 * 1024  # of a phone: a long body gets more time in total
MAX_HELD_BYTES = 64 * 1024 * 1024  # of all bodies of the process


class ClientGone(Exception):
    """The connection ended before the body did."""


class Body:
    """The body of one request: how much of it is held in memory."""

    def __init__(self, all_bodies: "Bodies", network: str = ""):
        self.network = network  # of the client
        self.content = bytearray()
        self.is_complete = True  # False: the rest has not been read
        self._bodies = all_bodies

    async def read(self, environ: dict[str, Any], receive: Receive) -> None:
        """Read the body, as far as the application will want it.

        Raises `TimeoutError` if it does not arrive in time, or if it is the one to end
        when the memory for bodies is used up; and `ClientGone`.
        """
        length = environ.get("CONTENT_LENGTH", "")
        if "HTTP_TRANSFER_ENCODING" in environ:  # it will be refused
            self.is_complete = False
        if not self.is_complete or not length.isdigit() or length == "0":
            return
        limit = body_limit(environ.get("CONTENT_TYPE", ""))
        is_wanted = int(length) <= limit
        if int(length) > limit * MAX_DRAINED_RATIO:
            self.is_complete = False
            return
        self.is_complete = False
        async with asyncio.timeout(total_seconds(int(length))) as deadline:
            self._bodies.arriving[self] = deadline
            try:
                await self._receive(receive, is_wanted)
            finally:
                self._bodies.arriving.pop(self, None)
        self.is_complete = True

    async def _receive(self, receive: Receive, is_wanted: bool) -> None:
        is_more = True
        while is_more:
            async with asyncio.timeout(settings.BODY_TIMEOUT_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            is_more = message.get("more_body", False)
            # One that is too large is read and dropped: a client that still sends when
            # the connection closes would get an error of its network, and no 413.
            if is_wanted:
                self.content += message["body"]
                self._bodies.count(self.network, len(message["body"]))

    def release(self) -> None:
        """Give the memory back."""
        self._bodies.discount(self.network, len(self.content))
        self.content = bytearray()


class Bodies:
    """The bodies of a process, held while they arrive and until they are answered."""

    def __init__(self, max_bytes: int = MAX_HELD_BYTES):
        self.held: Counter[str] = Counter()  # bytes of each network
        self.arriving: dict[Body, asyncio.Timeout] = {}  # the oldest first
        self._total = 0
        self._max_bytes = max_bytes

    def count(self, network: str, size: int) -> None:
        """Count received bytes; past the limit end the oldest bodies that arrive.

        Those of the network that holds most. Clients that send slowly on many
        connections would otherwise fill the memory, and end the bodies of others.
        """
        self.held[network] += size
        self._total += size
        while self._total > self._max_bytes and self.arriving:
            # The first of equals: `arriving` has the oldest first.
            ended = max(self.arriving, key=lambda body: self.held[body.network])
            self.arriving.pop(ended).reschedule(asyncio.get_running_loop().time())
            ended.release()  # now: its task would do so a moment later

    def discount(self, network: str, size: int) -> None:
        """Count bytes that are held no longer."""
        self._total -= size
        self.held[network] -= size
        if not self.held[network]:  # strangers must not fill the memory with names
            del self.held[network]


def total_seconds(length: int) -> float:
    """Return the time in which a body of `length` bytes must arrive, in seconds."""
    return settings.BODY_TIMEOUT_SECONDS + length / SLOWEST_BYTES_PER_S
