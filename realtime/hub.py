"""The connections of one process, and the events that they share."""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import Collection, Coroutine, Iterable
from typing import cast

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseError

from accounts.tokens import SESSION_ENDED
from core.addresses import limited_networks, networks_of
from core.events import Event
from realtime import db, maintenance, publisher, queries, services
from realtime.message_stream import message_frame
from realtime.polling import Poller, WatchingConnection
from realtime.protocol import CloseCode, CloseConnection, encode_frame
from realtime.publisher import (
    LAYER_ERRORS,
    close_layer_connections,
    group_of,
    send_to_groups,
)

logger = logging.getLogger("realtime")
COUNTED_EVENTS = frozenset(
    {
        *("message.created", "message.updated", "message.read"),
        *("notification.created", "unread"),
    }
)
HEARTBEAT, HEARTBEAT_INTERVAL_S = "heartbeat", 2.0
HEARTBEAT_TIMEOUT_S = 5.0  # without an own heartbeat: then the layer is down


class Hub:
    """Subscribes to the channel layer for each user who has connections here.

    The hub sends itself a heartbeat through the layer. When the heartbeat stops and
    comes back, events were lost: every client is sent `resync`.

    All methods but `publish_local` must be called in the event loop of the hub. There
    is no lock: what happens between two awaits is not interrupted.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.layer = get_channel_layer()
        self.poller = Poller(self)
        self.layer_is_down = False
        self._connections_by_user: dict[int, set] = {}
        self._connections_by_address: Counter[str] = Counter()
        self._unsubscribed: set[int] = set()  # users whose subscription failed
        self._is_renewed = False  # whether all users are subscribed since it was down
        self._own_group = f"hub.{uuid.uuid4().hex}"
        self._channel = f"{self._own_group}!inbox"
        self._heartbeat_at = self.loop.time()
        self._tasks: set[asyncio.Task] = set()
        self._start_task: asyncio.Future | None = None

    # --- Connections ------------------------------------------------------------------

    def reserve_slot(self, address: str) -> None:
        """Count one more connection of the networks of an IP address.

        Raises `CloseConnection` at the limit. Call it before the authentication: until
        then a client is limited by its address alone.
        """
        limited = limited_networks(address, settings.SOCKETS_PER_ADDRESS)
        if any(self._connections_by_address[key] >= limit for key, limit in limited):
            raise CloseConnection(CloseCode.LIMIT_EXCEEDED)
        for network, _limit in limited:
            self._connections_by_address[network] += 1

    def release_slot(self, address: str) -> None:
        """Give back a slot. The hub stops with its last one."""
        for network in networks_of(address):
            self._connections_by_address[network] -= 1
            if not self._connections_by_address[network]:
                del self._connections_by_address[network]
        if not self._connections_by_address:
            self._stop()

    async def add(self, connection: WatchingConnection) -> None:
        """Deliver events to a connection from now on.

        Raises `CloseConnection` at the limit of its user, and `DatabaseError`.
        """
        await self._ensure_started()
        own = self._connections_by_user.setdefault(connection.user_id, set())
        if len(own) >= settings.SOCKETS_PER_PERSON:
            raise CloseConnection(CloseCode.LIMIT_EXCEEDED)
        # Before the await of `_subscribe`: two connections of a user that open at the
        # same time would otherwise both pass the limit.
        own.add(connection)
        if len(own) == 1:
            await self._subscribe(connection.user_id)

    async def remove(self, connection: WatchingConnection) -> None:
        """Stop delivering events to a connection. Never raises."""
        own = self._connections_by_user.get(connection.user_id, set())
        own.discard(connection)
        if own or self._connections_by_user.pop(connection.user_id, None) is None:
            return
        self.poller.forget_user(connection.user_id)
        self._unsubscribed.discard(connection.user_id)
        with contextlib.suppress(*LAYER_ERRORS):
            async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                group = group_of(connection.user_id)
                await self.layer.group_discard(group, self._channel)

    def user_ids(self) -> Collection[int]:
        """Return the ids of the users who have connections here."""
        return self._connections_by_user.keys()

    def connections(self) -> list:
        """Return all authenticated connections of this process."""
        return [one for own in self._connections_by_user.values() for one in own]

    async def close_ended_sessions(self, connections: Iterable) -> None:
        """Close the connections whose sign-in has ended; one query for all of them.

        Raises `DatabaseError`.
        """
        by_sign_in: dict = {}
        for connection in connections:
            by_sign_in.setdefault(connection.sign_in, []).append(connection)
        if not by_sign_in:
            return
        ended, suspended = await db.run(services.ended_or_suspended, by_sign_in)
        for sign_in in ended | suspended:
            is_suspended = sign_in in suspended
            code = CloseCode.SUSPENDED if is_suspended else CloseCode.SIGNED_OUT
            for connection in by_sign_in[sign_in]:
                connection.close(code)

    async def close_for_maintenance(self) -> None:
        """Tell all but staff that maintenance has begun, and close their connections.

        Raises `DatabaseError`.
        """
        # Each process reads the setting for itself: an event could be lost. The ids are
        # copied, as people come and go while the thread reads them.
        frames = await db.run(maintenance.last_frames, list(self.user_ids()))
        for connection in self.connections():
            if frame := frames.get(connection.user_id):
                connection.end_with(frame, CloseCode.TRY_AGAIN_LATER)

    # --- Events -----------------------------------------------------------------------

    def publish_local(self, event: Event) -> None:
        """Publish an event of this process. Called from any thread."""
        # `threadsafe`: asyncio is not, and the loop would not wake up for the call.
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._spawn_publish, event)

    def _spawn_publish(self, event: Event) -> None:
        self._spawn(self.publish(event))

    async def publish(self, event: Event) -> None:
        """Send an event to the groups of its recipients. Dropped when that fails."""
        with contextlib.suppress(*LAYER_ERRORS):
            # A Redis that hangs would otherwise collect a task for each event.
            async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                await send_to_groups(self.layer, event)

    def dispatch(self, user_id: int, type: str, payload: dict) -> None:
        """Handle an event of the layer for one user."""
        # The last connection may be gone: the layer delivers what is under way.
        if user_id in self._connections_by_user:
            handler = EVENT_HANDLERS.get(type, Hub._on_other)
            handler(self, user_id, type, payload)
            if type in COUNTED_EVENTS:
                self.poller.count(user_id)

    def message_created(
        self, user_id: int, conversation_id: int, seq: int, frame: str | None = None
    ) -> None:
        """Notify a user's message streams of a message; `frame` is it, if known."""
        for connection in self._connections_by_user.get(user_id, ()):
            connection.message_stream.message_created(conversation_id, seq, frame)

    def send_to_user(self, user_id: int, frame: str) -> None:
        """Put a frame into the send buffers of a user's connections."""
        for connection in self._connections_by_user.get(user_id, ()):
            connection.send_buffer.put(frame)

    def _on_session_ended(self, user_id: int, type: str, payload: dict) -> None:
        # The event names the user alone: the query finds which sign-in has ended.
        own = list(self._connections_by_user[user_id])
        self._spawn(self.close_ended_sessions(own))

    def _on_message_created(self, user_id: int, type: str, payload: dict) -> None:
        frame = message_frame(type, payload)  # encoded once for all connections
        conversation_id, seq = payload["conversation_id"], payload["seq"]
        self.message_created(user_id, conversation_id, seq, frame)

    def _on_message_updated(self, user_id: int, type: str, payload: dict) -> None:
        frame = message_frame(type, payload)
        conversation_id, seq = payload["conversation_id"], payload["seq"]
        for connection in self._connections_by_user[user_id]:
            connection.message_stream.message_updated(conversation_id, seq, frame)

    def _on_message_read(self, user_id: int, type: str, payload: dict) -> None:
        if payload["reader_id"] == user_id:
            self._on_other(user_id, type, payload)
        else:
            self._spawn(self._send_read_unless_blocked(user_id, type, payload))

    async def _send_read_unless_blocked(
        self, user_id: int, type: str, payload: dict
    ) -> None:
        # Across a block the frame would show that the other one is online.
        with contextlib.suppress(DatabaseError):  # then a read mark comes with REST
            reader_id = payload["reader_id"]
            if not await db.run(queries.is_blocked_between, user_id, reader_id):
                self._on_other(user_id, type, payload)

    def _on_notification(self, user_id: int, type: str, payload: dict) -> None:
        self.poller.send_notification(user_id, payload)

    def _on_task_updated(self, user_id: int, type: str, payload: dict) -> None:
        self.poller.task_updated(payload["task_id"], payload["status"])
        self.send_to_user(user_id, encode_frame(type, **payload))

    def _on_unread(self, user_id: int, type: str, payload: dict) -> None:
        """Send nothing: `dispatch` has the counts read, as for all counted events."""

    def _on_other(self, user_id: int, type: str, payload: dict) -> None:
        self.send_to_user(user_id, encode_frame(type, **payload))

    # --- The channel layer ------------------------------------------------------------

    async def _ensure_started(self) -> None:
        # One task for all: connections that open together would start several pollers.
        if self._start_task is None:
            self._start_task = asyncio.ensure_future(self._start())
        try:
            # Shielded: a client that leaves would cancel the start of all the others.
            await asyncio.shield(self._start_task)
        except Exception:
            self._start_task = None  # the next connection tries again
            raise

    async def _start(self) -> None:
        await self.poller.begin()
        self._spawn(self._listen())
        # Let `_listen` reach `receive`, which creates the channel in the layer: what
        # is sent before that is lost.
        await asyncio.sleep(0)
        for task in (self._heartbeat, *self.poller.tasks):
            self._spawn(task())

    async def _renew_subscriptions(self) -> None:
        # Redis may have refused a subscription after the layer had noted it as made:
        # the answer comes later, to the task that receives. Nobody would ask again.
        self._unsubscribed |= self._connections_by_user.keys()
        self._is_renewed = False
        with contextlib.suppress(*LAYER_ERRORS):
            async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                await close_layer_connections(self.layer)

    async def _subscribe(self, user_id: int) -> None:
        # Stays while the layer is down: `_heartbeat` subscribes again later.
        self._unsubscribed.add(user_id)
        with contextlib.suppress(*LAYER_ERRORS):
            async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                await self.layer.group_add(group_of(user_id), self._channel)
            self._unsubscribed.discard(user_id)

    async def _listen(self) -> None:
        while True:
            try:
                message = await self.layer.receive(self._channel)
            except LAYER_ERRORS:
                # `receive` fails at once while Redis is down: without a pause this
                # loop would take the whole processor.
                await asyncio.sleep(HEARTBEAT_INTERVAL_S)
            else:
                self._on_layer_message(message)

    def _on_layer_message(self, message: dict) -> None:
        if message["type"] == HEARTBEAT:
            self._on_heartbeat()
        else:
            self.dispatch(message["user_id"], message["type"], message["payload"])

    def _on_heartbeat(self) -> None:
        self._heartbeat_at = self.loop.time()
        # A client that resyncs before its user is subscribed misses what comes between.
        if self.layer_is_down and self._is_renewed:
            self.layer_is_down = False
            logger.warning("the channel layer is back: clients must resync")
            for connection in self.connections():
                connection.send_buffer.put(encode_frame("resync"))

    async def _heartbeat(self) -> None:
        """Send the heartbeat, renew subscriptions, and notice that the layer is down.

        A heartbeat that comes back proves the whole way: an own connection to Redis may
        be open while its subscription is not.
        """
        while True:
            if self.layer_is_down:
                await self._renew_subscriptions()
            with contextlib.suppress(*LAYER_ERRORS):
                async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                    # Each time, as the first attempt may have failed.
                    await self.layer.group_add(self._own_group, self._channel)
                waiting = set(self._unsubscribed)
                for user_id in waiting:
                    await self._subscribe(user_id)
                self._is_renewed = waiting.isdisjoint(self._unsubscribed)
                # After them: it proves that they can be reached.
                async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                    await self.layer.group_send(self._own_group, {"type": HEARTBEAT})
            silence_s = self.loop.time() - self._heartbeat_at
            if silence_s > HEARTBEAT_TIMEOUT_S and not self.layer_is_down:
                self.layer_is_down = True
                logger.warning("the channel layer is down: no heartbeat arrives")
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)

    # --- Tasks ------------------------------------------------------------------------

    def _spawn(self, coroutine: Coroutine) -> asyncio.Task:
        task = self.loop.create_task(coroutine)
        # The loop holds tasks weakly: without this set one could be collected while it
        # runs. `_stop` also needs it.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        # The next connection gets a new hub: this one has no tasks any more.
        publisher.receivers.pop(self.loop, None)
        self._spawn(self._leave_own_group())

    async def _leave_own_group(self) -> None:
        # The group has a random name: Redis would keep one for each hub that has been.
        with contextlib.suppress(*LAYER_ERRORS):
            async with asyncio.timeout(publisher.SEND_TIMEOUT_S):
                await self.layer.group_discard(self._own_group, self._channel)


EVENT_HANDLERS = {
    SESSION_ENDED: Hub._on_session_ended,
    "message.created": Hub._on_message_created,
    "message.updated": Hub._on_message_updated,
    "message.read": Hub._on_message_read,
    "notification.created": Hub._on_notification,
    "task.updated": Hub._on_task_updated,
    "unread": Hub._on_unread,
}


def get_hub() -> Hub:
    """Return the hub of the running event loop. It lives while it has connections."""
    loop = asyncio.get_running_loop()
    if loop not in publisher.receivers:
        publisher.receivers[loop] = Hub()
    return cast(Hub, publisher.receivers[loop])
