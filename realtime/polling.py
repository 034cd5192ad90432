"""Periodic tasks for all connections of a process: new rows, counts, presence."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable
from datetime import datetime
from functools import partial
from typing import Protocol

from core.lru import LRUCache
from realtime import db, queries
from realtime.protocol import encode_frame
from realtime.services import SignIn

logger = logging.getLogger("realtime")
POLL_INTERVAL_S = 1.0  # how late a change arrives whose event was lost
SESSION_CHECK_INTERVAL_S = 3.0  # the same for a sign-out or a suspension
COUNT_INTERVAL_S = 0.5
LAST_SEEN_INTERVAL_S = 60.0
PRESENCE_INTERVAL_S = 10.0
EVENT_MEMORY_S = 10.0  # by then a poll has read the row of an event
MAX_REMEMBERED_NOTIFICATIONS = 10_000  # or they would grow for ever


class WatchingConnection(Protocol):
    """What the poller needs of a connection."""

    user_id: int
    sign_in: SignIn | None
    watched: dict[int, None]

    def send_presence(self, user_id: int, presence: dict) -> None:
        """Send a `presence` frame, unless the client has this state already."""


class PolledHub(Protocol):
    """What the poller needs of the hub."""

    loop: asyncio.AbstractEventLoop

    def user_ids(self) -> Collection[int]:
        """Return the users who have connections here."""

    def connections(self) -> list[WatchingConnection]:
        """Return all connections of this process."""

    def send_to_user(self, user_id: int, frame: str) -> None:
        """Put a frame into the buffers of a user's connections."""

    def message_created(self, user_id: int, conversation_id: int, seq: int) -> None:
        """Notify the message streams of a user that a message exists."""

    async def close_ended_sessions(
        self, connections: Iterable[WatchingConnection]
    ) -> None:
        """Close the connections whose sign-in has ended."""

    async def close_for_maintenance(self) -> None:
        """Close the connections of all but staff if maintenance has begun."""


class Poller:
    """Reads the database at intervals: it is the truth, and events are hints.

    The interval tasks are shared by all connections of the process, so their number of
    queries does not depend on the number of connections.
    """

    def __init__(self, hub: PolledHub):
        self._hub = hub
        # (id, time) of notifications: an event and a poll name the same.
        self._sent_notifications = LRUCache(MAX_REMEMBERED_NOTIFICATIONS)
        # (task, status) of events, and when they came: a poll must not repeat them.
        self._sent_task_updates: dict[tuple[int, str], float] = {}
        self._uncounted: set[int] = set()
        self._counts: dict[int, dict] = {}
        self._last_seen_at: dict[int, float] = {}

    @property
    def tasks(self) -> list[Callable[[], Coroutine]]:
        """Return the coroutine functions to run until the hub stops."""
        intervals = (
            (POLL_INTERVAL_S, self._poll_new_rows),
            (SESSION_CHECK_INTERVAL_S, self._check_sessions),
            (POLL_INTERVAL_S, self._hub.close_for_maintenance),
            (COUNT_INTERVAL_S, self._send_counts),
            (POLL_INTERVAL_S, self._update_last_seen),
            (PRESENCE_INTERVAL_S, self._send_presence),
        )
        return [partial(self._every, seconds, run) for seconds, run in intervals]

    async def begin(self) -> None:
        """Read where the tables end now. Raises `DatabaseError`."""
        cursors = await db.run(queries.cursors_at_end)
        self._messages, self._notifications, self._task_events = cursors

    def forget_user(self, user_id: int) -> None:
        """Drop the state of a user who has no connection left."""
        self._counts.pop(user_id, None)
        self._last_seen_at.pop(user_id, None)

    async def _every(self, seconds: float, run: Callable[[], Coroutine]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await run()
            except Exception:  # the database is unavailable: the next run may succeed
                logger.exception("a periodic task of the sockets failed")

    async def _check_sessions(self) -> None:
        await self._hub.close_ended_sessions(self._hub.connections())

    # --- New rows ---------------------------------------------------------------------

    async def _poll_new_rows(self) -> None:
        """Find the rows whose event was lost: each row of the market is read once."""
        polls = [self._poll_messages, self._poll_notifications, self._poll_task_events]
        # Without a pause while a table has more: a page each second would be a limit to
        # the rows of a second.
        while polls:
            polls = [poll for poll in polls if await poll()]

    async def _poll_messages(self) -> bool:
        """Handle a page of new messages; return whether there may be more."""
        page = await db.run(queries.new_messages, self._messages)
        for _pk, conversation_id, seq, *pair in page.rows:
            for user_id in pair:
                # Also if its event has come: the stream drops a number that it has.
                self._hub.message_created(user_id, conversation_id, seq)
            self._uncounted.update(pair)
        self._messages = page.cursor
        return page.has_more

    async def _poll_notifications(self) -> bool:
        page = await db.run(queries.new_notifications, self._notifications)
        user_ids = self._hub.user_ids()
        new = [
            pk
            for pk, user_id, created_at, in_app in page.rows
            if in_app
            and user_id in user_ids
            and (pk, created_at) not in self._sent_notifications
        ]
        if new:
            for user_id, notification in await db.run(queries.notifications, new):
                self.send_notification(user_id, notification)
                self.count(user_id)
        # Not before the second query: if that fails, the next poll reads them again.
        self._notifications = page.cursor
        return page.has_more

    async def _poll_task_events(self) -> bool:
        page = await db.run(queries.new_task_events, self._task_events)
        oldest = self._hub.loop.time() - EVENT_MEMORY_S
        self._sent_task_updates = {
            key: at for key, at in self._sent_task_updates.items() if at > oldest
        }
        for _pk, task_id, status, *pair in page.rows:
            if (task_id, status) in self._sent_task_updates:
                continue
            frame = encode_frame("task.updated", task_id=task_id, status=status)
            for user_id in {*pair} - {None}:
                self._hub.send_to_user(user_id, frame)
        self._task_events = page.cursor
        return page.has_more

    def task_updated(self, task_id: int, status: str) -> None:
        """Note that the event of a status was sent, so that no poll repeats it."""
        self._sent_task_updates[task_id, status] = self._hub.loop.time()

    def send_notification(self, user_id: int, notification: dict) -> None:
        """Send a notification, unless its event or a poll has done so.

        One whose event happens again has a new time, and is sent again.
        """
        key = notification["id"], datetime.fromisoformat(notification["created_at"])
        if key not in self._sent_notifications:
            self._sent_notifications.put(key, True)
            frame = encode_frame("notification.created", notification=notification)
            self._hub.send_to_user(user_id, frame)

    # --- Unread counts ----------------------------------------------------------------

    def count(self, user_id: int) -> None:
        """Count a user's unread items soon, and send them if they have changed."""
        # Not at once: ten messages in a row would cost ten counts.
        self._uncounted.add(user_id)

    async def _send_counts(self) -> None:
        # Replaced before the query: who is added while it runs is counted next time.
        ids, self._uncounted = self._uncounted & set(self._hub.user_ids()), set()
        if not ids:
            return
        for user_id, counts in (await db.run(queries.unread_counts, ids)).items():
            if self._counts.get(user_id) != counts:
                self._counts[user_id] = counts
                self._hub.send_to_user(user_id, encode_frame("unread", **counts))

    # --- Presence ---------------------------------------------------------------------

    async def _update_last_seen(self) -> None:
        now = self._hub.loop.time()
        due = [
            user_id
            for user_id in self._hub.user_ids()
            if now - self._last_seen_at.get(user_id, -LAST_SEEN_INTERVAL_S)
            >= LAST_SEEN_INTERVAL_S
        ]
        if due:
            await db.run(queries.update_last_seen, due)
            self._last_seen_at |= dict.fromkeys(due, now)

    async def _send_presence(self) -> None:
        """Send the changed presence of all watched users, by two queries."""
        pairs = {
            (connection.user_id, user_id)
            for connection in self._hub.connections()
            for user_id in connection.watched
        }
        if not pairs:
            return
        found = await db.run(queries.presence_of, pairs)
        for connection in self._hub.connections():
            for user_id in list(connection.watched):
                # One that was watched during the query is sent by `_on_presence`.
                if (connection.user_id, user_id) in found:
                    presence = found[connection.user_id, user_id]
                    connection.send_presence(user_id, presence)
