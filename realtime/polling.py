"""Periodic tasks for all connections of a process: new rows, counts, presence."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Hashable, Iterable
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
COMMIT_DELAY_S = 10.0  # a row may be committed this long after one with a higher id
MAX_REMEMBERED_IDS = 10_000


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


class NewRowCursor:
    """The id after which a table is read for new rows.

    An id is given before its row is committed, so rows can appear in another order than
    their ids. The cursor therefore stays `COMMIT_DELAY_S` behind the newest id, and the
    rows of the last seconds are returned by several polls.
    """

    def __init__(self, last_id: int):
        self._newest_id = last_id
        self._history: deque[tuple[float, int]] = deque([(0.0, last_id)])

    def last_id(self, now: float) -> int:
        """Return the id up to which all rows were seen. `now` is in loop seconds."""
        # Without the delay, row 4 that is committed after row 5 would never be seen.
        while len(self._history) > 1 and self._history[1][0] <= now - COMMIT_DELAY_S:
            self._history.popleft()
        return self._history[0][1]

    def advance(self, rows: list[tuple], now: float) -> None:
        """Note the rows of a poll. They are ordered by id, which comes first."""
        if rows and rows[-1][0] > self._newest_id:
            self._newest_id = rows[-1][0]
        self._history.append((now, self._newest_id))


class RecentIds:
    """The ids that were handled lately: an event and several polls name the same."""

    def __init__(self) -> None:
        self._cache = LRUCache(MAX_REMEMBERED_IDS)  # or it would grow for ever

    def is_new(self, key: Hashable) -> bool:
        """Return whether `key` is new, and remember it."""
        marker = object()
        # The cache returns our own marker only when it did not have the key.
        return self._cache.get(key, lambda: marker) is marker


class Poller:
    """Reads the database at intervals: it is the truth, and events are hints.

    The interval tasks are shared by all connections of the process, so their number of
    queries does not depend on the number of connections.
    """

    def __init__(self, hub: PolledHub):
        self._hub = hub
        self._counted_messages, self._sent_notifications, self._seen_task_events = (
            RecentIds() for _ in range(3)
        )
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
        newest_ids = await db.run(queries.newest_ids)
        self._messages, self._notifications, self._task_events = map(
            NewRowCursor, newest_ids
        )

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
        """Find the rows whose event was lost, by three queries on primary keys."""
        now = self._hub.loop.time()
        await self._poll_messages(now)
        await self._poll_notifications(now)
        await self._poll_task_events(now)

    async def _poll_messages(self, now: float) -> None:
        rows = await db.run(queries.new_messages, self._messages.last_id(now))
        self._messages.advance(rows, now)
        for pk, conversation_id, seq, *pair in rows:
            for user_id in pair:
                # Also for rows that were seen: the stream drops the number if it is
                # sent, and an unread page or a late `ready` may have missed it.
                self._hub.message_created(user_id, conversation_id, seq)
            if self._counted_messages.is_new(pk):
                self._uncounted.update(pair)

    async def _poll_notifications(self, now: float) -> None:
        rows = await db.run(queries.new_notifications, self._notifications.last_id(now))
        self._notifications.advance(rows, now)
        user_ids = self._hub.user_ids()
        new = [
            pk
            for pk, user_id, created_at in rows
            if user_id in user_ids and self.is_new_notification(pk, created_at)
        ]
        if new:
            for user_id, notification in await db.run(queries.notifications, new):
                frame = encode_frame("notification.created", notification=notification)
                self._hub.send_to_user(user_id, frame)
                self.count(user_id)

    async def _poll_task_events(self, now: float) -> None:
        rows = await db.run(queries.new_task_events, self._task_events.last_id(now))
        self._task_events.advance(rows, now)
        oldest = now - COMMIT_DELAY_S
        self._sent_task_updates = {
            key: at for key, at in self._sent_task_updates.items() if at > oldest
        }
        for pk, task_id, status, *pair in rows:
            if not self._seen_task_events.is_new(pk):
                continue
            if (task_id, status) in self._sent_task_updates:
                continue
            frame = encode_frame("task.updated", task_id=task_id, status=status)
            for user_id in {*pair} - {None}:
                self._hub.send_to_user(user_id, frame)

    def task_updated(self, task_id: int, status: str) -> None:
        """Note that the event of a status was sent, so that no poll repeats it."""
        self._sent_task_updates[task_id, status] = self._hub.loop.time()

    def is_new_notification(self, notification_id: int, created_at: datetime) -> bool:
        """Return whether a notification was not sent yet, and mark it as sent.

        One whose event happens again has a new time, and is sent again.
        """
        return self._sent_notifications.is_new((notification_id, created_at))

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
