"""A bounded number of places, given to waiting clients in turn."""

import asyncio
from collections import deque


class QueueFull(Exception):
    """Too many wait already."""


class FairQueue:
    """`places` requests run at once; the others wait, one queue per client.

    A place that becomes free goes to the next client in turn, whatever the number of
    requests that the others have sent. With more than `max_waiting` requests the last
    one of the client with the most is refused.

    All methods must be called in one event loop. There is no lock: nothing between two
    awaits is interrupted.
    """

    def __init__(self, places: int, *, max_waiting: int):
        self._free = places
        self._max_waiting = max_waiting
        self._waiting = 0
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}  # the next is first

    async def acquire(self, client: str) -> None:
        """Wait for a place. Raises `QueueFull`."""
        if self._free:
            self._free -= 1
            return
        if self._waiting >= self._max_waiting:
            self._make_room(client)
        place = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(place)
        self._waiting += 1
        try:
            await place
        except asyncio.CancelledError:
            # It was given a place in the moment in which it was cancelled.
            if place.done() and not place.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Give a place back, or on to the client whose turn it is."""
        while self._queues:
            client = next(iter(self._queues))
            queue = self._queues.pop(client)
            place = queue.popleft()
            self._waiting -= 1
            if queue:  # to the end: the others come first
                self._queues[client] = queue
            if not place.done():  # nobody has cancelled it
                place.set_result(None)
                return
        self._free += 1

    def _make_room(self, client: str) -> None:
        """Refuse the last request of the client with the most, or raise `QueueFull`."""
        longest = max(self._queues, key=lambda name: len(self._queues[name]))
        queue = self._queues[longest]
        if len(queue) <= len(self._queues.get(client, ())) + 1:
            raise QueueFull
        place = queue.pop()
        self._waiting -= 1
        if not place.done():
            place.set_exception(QueueFull())
