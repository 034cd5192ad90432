"""What is done again and again for all the sockets of a process."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine

from realtime import queries
from realtime.db import ask
from realtime.protocol import frame

logger = logging.getLogger("realtime")
LOOK_SECONDS = 1.0  # how late an event is that no process told of
CHECK_SECONDS = 3.0  # how late a sign-in counts as ended that no process told of
COUNT_SECONDS = 0.5
SEEN_SECONDS = 60.0
PRESENCE_SECONDS = 10.0
SETTLED_SECONDS = 10.0  # a row may be committed so long after a later one
MOST_REMEMBERED = 10_000


class Tail:
    """The rows of a table that are new. Those of the last seconds come again."""

    def __init__(self, floor: int):
        self._newest = floor
        self._marks: deque[tuple[float, int]] = deque([(0.0, floor)])

    def floor(self, now: float) -> int:
        """Past which id to look: all up to it has been seen."""
        while len(self._marks) > 1 and self._marks[1][0] <= now - SETTLED_SECONDS:
            self._marks.popleft()
        return self._marks[0][1]

    def saw(self, rows: list[tuple], now: float) -> None:
        if rows and rows[-1][0] > self._newest:
            self._newest = rows[-1][0]
        self._marks.append((now, self._newest))


class Remembered:
    """The last things that were told."""

    def __init__(self):
        self._things: OrderedDict = OrderedDict()

    def is_new(self, thing) -> bool:
        if thing in self._things:
            return False
        self._things[thing] = True
        if len(self._things) > MOST_REMEMBERED:
            self._things.popitem(last=False)
        return True


class Rounds:
    def __init__(self, hub):
        self._hub = hub
        self._written, self._told, self._steps = (Remembered() for _ in range(3))
        self._heard: dict[tuple[int, str], float] = {}  # steps, and when
        self._uncounted: set[int] = set()
        self._counts: dict[int, dict] = {}
        self._seen: dict[int, float] = {}

    @property
    def works(self) -> list[Callable[[], Coroutine]]:
        rounds = (
            (LOOK_SECONDS, self._look),
            (CHECK_SECONDS, lambda: self._hub.check(self._hub.sockets())),
            (COUNT_SECONDS, self._count),
            (LOOK_SECONDS, self._mark_seen),
            (PRESENCE_SECONDS, self._show_presence),
        )
        return [lambda wait=wait, do=do: self._every(wait, do) for wait, do in rounds]

    async def begin(self) -> None:
        floors = await ask(queries.newest_ids)
        self._messages, self._notices, self._moves = map(Tail, floors)

    async def _every(self, seconds: float, do: Callable[[], Coroutine]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await do()
            except Exception:  # the database is away, or busy: the next round may do
                logger.exception("a round failed")

    # --- New rows, which nobody told of -----------------------------------------------

    async def _look(self) -> None:
        """See what is new in the database: it is the truth, events are hints."""
        now = self._hub.loop.time()
        await self._look_for_messages(now)
        await self._look_for_notifications(now)
        await self._look_for_steps(now)

    async def _look_for_messages(self, now: float) -> None:
        rows = await ask(queries.new_messages, self._messages.floor(now))
        self._messages.saw(rows, now)
        for pk, talk, seq, *pair in rows:
            for user_id in pair:
                self._hub.hear_message(user_id, talk, seq)
            if self._written.is_new(pk):
                self._uncounted.update(pair)

    async def _look_for_notifications(self, now: float) -> None:
        rows = await ask(queries.new_notifications, self._notices.floor(now))
        self._notices.saw(rows, now)
        people = self._hub.people
        news = [pk for pk, user_id in rows if user_id in people and self.is_news(pk)]
        if news:
            for user_id, told in await ask(queries.notifications, news):
                self._hub.say(user_id, frame("notification.created", notification=told))
                self.count(user_id)

    async def _look_for_steps(self, now: float) -> None:
        rows = await ask(queries.new_steps, self._moves.floor(now))
        self._moves.saw(rows, now)
        long_ago = now - SETTLED_SECONDS
        self._heard = {k: at for k, at in self._heard.items() if at > long_ago}
        for pk, task, status, *pair in rows:
            if self._steps.is_new(pk) and (task, status) not in self._heard:
                said = frame("task.updated", task_id=task, status=status)
                for user_id in {*pair} - {None}:
                    self._hub.say(user_id, said)

    def heard_step(self, task: int, status: str) -> None:
        self._heard[task, status] = self._hub.loop.time()

    def is_news(self, notification_id: int) -> bool:
        return self._told.is_new(notification_id)

    # --- Counts -----------------------------------------------------------------------

    def count(self, user_id: int) -> None:
        """Tell soon how much waits for this person, if that has changed."""
        self._uncounted.add(user_id)

    async def _count(self) -> None:
        ids, self._uncounted = self._uncounted & self._hub.people.keys(), set()
        if ids:
            for user_id, counts in (await ask(queries.unread, ids)).items():
                if self._counts.get(user_id) != counts:
                    self._counts[user_id] = counts
                    self._hub.say(user_id, frame("unread", **counts))

    def forget(self, user_id: int) -> None:
        self._counts.pop(user_id, None)
        self._seen.pop(user_id, None)

    # --- Presence ---------------------------------------------------------------------

    async def _mark_seen(self) -> None:
        now = self._hub.loop.time()
        due = [
            pk
            for pk in self._hub.people
            if now - self._seen.get(pk, -SEEN_SECONDS) >= SEEN_SECONDS
        ]
        if due:
            await ask(queries.mark_seen, due)
            self._seen |= dict.fromkeys(due, now)

    async def _show_presence(self) -> None:
        """Tell whoever watches of those who have come or gone."""
        pairs = {
            (socket.user_id, pk)
            for socket in self._hub.sockets()
            for pk in socket.watched
        }
        if pairs:
            found = await ask(queries.presence_of, pairs)
            for socket in self._hub.sockets():
                for pk in list(socket.watched):
                    if (socket.user_id, pk) in found:
                        socket.show(pk, found[socket.user_id, pk])
