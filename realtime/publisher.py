"""Publish domain events to the connections of every process.

With Redis (`REDIS_URL`) a thread of each process sends the events to the channel layer.
While Redis is unavailable it drops them: the pollers find new rows in the database.
Without Redis only the connections of this process receive them.
"""

import asyncio
import logging
import os
import threading
from contextlib import suppress
from typing import Protocol

from channels.layers import BaseChannelLayer, get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from core.circuit_breaker import CircuitBreaker
from core.events import Event

logger = logging.getLogger("realtime")
SEND_TIMEOUT_S = 1.0
BACKOFF_S = 3.0  # after a failure; events are dropped meanwhile
MAX_QUEUED_EVENTS = 10_000
LAYER_ERRORS = (RedisError, OSError, TimeoutError)


class LocalReceiver(Protocol):
    """What this module needs of a hub."""

    def publish_local(self, event: Event) -> None:
        """Deliver an event of this process. Called from any thread."""


# The hub of each event loop of this process. Stored here, not in `realtime.hub`, which
# imports this module.
receivers: dict[asyncio.AbstractEventLoop, LocalReceiver] = {}


def group_of(user_id: int) -> str:
    """Return the channel layer's group of the hubs that have connections of a user."""
    return f"user.{user_id}"


def publish(sender: type[Event], *, event: Event, **kwargs: object) -> None:
    """Queue an event for the connections of its recipients. Receives `domain_event`.

    Never waits, and never raises for an unavailable Redis.
    """
    if settings.REDIS_URL:
        _publisher_of_process().put(event)
        return
    # A copy: event loops end in other threads, and a dict that changes meanwhile
    # would raise.
    for receiver in list(receivers.values()):
        receiver.publish_local(event)


async def send_to_groups(layer: BaseChannelLayer, event: Event) -> None:
    """Send an event to the group of each recipient. Raises `LAYER_ERRORS`."""
    message = {"type": event.type, "payload": event.payload}
    for user_id in event.recipients:
        await layer.group_send(group_of(user_id), message | {"user_id": user_id})


async def close_layer_connections(layer: BaseChannelLayer) -> None:
    """Close this event loop's connections to Redis; the next call opens others.

    The channels and groups of the layer stay, but must be subscribed again. Does
    nothing to a layer in memory. Raises `LAYER_ERRORS`.
    """
    # Not `flush` of the layer: a task that waits in `receive` would wait for ever.
    if get_loop_layer := getattr(layer, "_get_layer", None):
        for shard in get_loop_layer()._shards:
            await shard.flush()


class Publisher:
    """A thread with an event loop that sends the events of its process, in order."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._queue: asyncio.Queue[Event] = asyncio.Queue(MAX_QUEUED_EVENTS)
        # A daemon: a request thread's process must be able to end while Redis hangs.
        threading.Thread(target=self._run, name="publisher", daemon=True).start()

    def put(self, event: Event) -> None:
        """Queue an event, or drop it when the queue is full. Called from any thread."""
        # An asyncio queue is not thread-safe: only the loop's own thread may touch it.
        self._loop.call_soon_threadsafe(self._enqueue, event)

    def _enqueue(self, event: Event) -> None:
        # A bound, or a Redis that answers slowly would let the process grow for ever.
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(event)

    def _run(self) -> None:
        self._loop.run_until_complete(self._send_queued())

    async def _send_queued(self) -> None:
        layer = get_channel_layer()
        breaker = CircuitBreaker(reset_timeout_s=BACKOFF_S)
        while True:
            event = await self._queue.get()
            # Without the breaker each event would wait for `SEND_TIMEOUT_S` while Redis
            # is down, and those after its return would come late by the whole queue.
            if not breaker.allows_call():
                continue
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await send_to_groups(layer, event)
            except LAYER_ERRORS as error:
                logger.warning("an event was not published: %r", error)
                breaker.record_failure()
            else:
                breaker.record_success()


_publishers: dict[int, Publisher] = {}  # by process id
_lock = threading.Lock()


def _publisher_of_process() -> Publisher:
    """Return the publisher of this process, started on the first call."""
    # By process id: after a fork the child has its parent's object but not its thread,
    # and events would be queued for nobody.
    pid = os.getpid()
    with _lock:  # two request threads would otherwise start two
        if pid not in _publishers:
            _publishers.clear()
            _publishers[pid] = Publisher()
        return _publishers[pid]
