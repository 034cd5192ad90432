"""Hand events to the sockets of every process, without ever waiting for it.

With Redis a thread sends what lies in a queue; while Redis is away it throws events
away, for sockets look into the database anyway. Without Redis the sockets of this
process alone are told.
"""

import asyncio
import logging
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from core.events import Event

if TYPE_CHECKING:
    from realtime.hub import Hub

logger = logging.getLogger("realtime")
SEND_SECONDS = 1.0
PAUSE_SECONDS = 3.0  # after a failure; what comes meanwhile is thrown away
MOST_WAITING = 10_000
AWAY = (RedisError, OSError, TimeoutError)


# The hub of each event loop that has sockets here.
hubs: dict[asyncio.AbstractEventLoop, "Hub"] = {}


def group_of(user_id: int) -> str:
    return f"user.{user_id}"


def publish(sender, *, event: Event, **kwargs) -> None:
    """Pass an event on to the sockets of its recipients, soon or not at all.

    Receives `domain_event`. Never waits for Redis.
    """
    if settings.REDIS_URL:
        _courier().put(event)
        return
    for hub in list(hubs.values()):
        hub.tell(event)


class Courier:
    """A thread of one process that sends its events, in order."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(MOST_WAITING)
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def put(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self._take, event)

    def _take(self, event: Event) -> None:
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(event)

    def _run(self) -> None:
        self._loop.run_until_complete(self._send_on())

    async def _send_on(self) -> None:
        layer, away_until = get_channel_layer(), 0.0
        while True:
            event = await self._waiting.get()
            if time.monotonic() < away_until:
                continue
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await send(layer, event)
            except AWAY as error:
                logger.warning("the sockets hear nothing of this: %r", error)
                away_until = time.monotonic() + PAUSE_SECONDS


async def send(layer, event: Event) -> None:
    said = {"type": event.type, "payload": event.payload}
    for user_id in event.recipients:
        await layer.group_send(group_of(user_id), said | {"user_id": user_id})


_couriers: dict[int, Courier] = {}
_lock = threading.Lock()


def _courier() -> Courier:
    """Of this process: a fork has no threads of its parent."""
    pid = os.getpid()
    with _lock:
        if pid not in _couriers:
            _couriers.clear()
            _couriers[pid] = Courier()
        return _couriers[pid]
