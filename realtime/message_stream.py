"""What one socket is sent of each conversation: every message once, in order."""

import asyncio
import logging
from collections.abc import Callable

from django.db import DatabaseError

from realtime import queries
from realtime.db import ask
from realtime.protocol import Refused, frame
from realtime.send_buffer import Outbox

logger = logging.getLogger("realtime")
MOST_KNOWN = 500  # conversations whose place is known from the beginning
PAGE = 50
MOST_REPLAYED = 500  # messages of a conversation for one `resume`
MOST_RESUMED = 100  # conversations in one `resume`
RETRY_SECONDS = 1.0


def message_frame(type: str, message: dict) -> str:
    place = {name: message[name] for name in ("conversation_id", "seq")}
    return frame(type, **place, message=message)


class Feed:
    """Events tell of numbers; what is missing before them is read from the database.

    `_places` holds the number that was sent last. A conversation that is behind is in
    `_wanted`, with the number to reach, and is caught up page by page; its events wait
    meanwhile. A resumed one has a budget; when it is spent, the conversation rests
    until it is resumed again. Until `open`, nothing is sent of what is heard.
    What has changed before it was sent is in `_stale`, and is read anew.
    """

    def __init__(self, user_id: int, outbox: Outbox, spawn: Callable):
        self._user_id = user_id
        self._outbox = outbox
        self._spawn = spawn
        self._places: dict[int, int] = {}
        self._knows_all = False
        self._wanted: dict[int, int] = {}
        self._budgets: dict[int, int] = {}
        self._resting: set[int] = set()
        self._stale: dict[int, set[int]] = {}
        self._task: asyncio.Task | None = None
        self._early: list[tuple[int, int]] = []  # heard before `open`
        self._is_open = False

    async def begin(self) -> dict[int, int]:
        """Learn where every conversation stands."""
        found = await ask(queries.last_seqs, self._user_id, MOST_KNOWN)
        for talk, seq in found.items():
            self._places.setdefault(talk, seq)
        self._knows_all = len(found) < MOST_KNOWN
        return found

    def open(self) -> None:
        """From where `begin` or `resume` found them on, events are sent."""
        self._is_open = True
        for talk, seq in self._early:
            self.hear(talk, seq, None)
        self._early.clear()

    def hear(self, talk: int, seq: int, said: str | None) -> None:
        """A message is there; `said` is its frame, where it came along."""
        if not self._is_open:
            self._early.append((talk, seq))
            return
        place = self._places.setdefault(talk, 0 if self._knows_all else seq - 1)
        if seq <= place or talk in self._resting:
            return
        is_next = seq == place + 1 and talk not in self._wanted
        if said is not None and is_next and not self._is_stale(talk, seq):
            self._places[talk] = seq
            self._outbox.put(said)
        else:
            self._want(talk, seq)

    def mend(self, talk: int, seq: int, said: str) -> None:
        """A message has changed; `said` is the frame that tells so."""
        if seq <= self._places.get(talk, seq):
            self._outbox.put(said)
        elif talk not in self._resting:
            self._stale.setdefault(talk, set()).add(seq)

    def _is_stale(self, talk: int, seq: int) -> bool:
        return seq in self._stale.get(talk, ())

    async def resume(self, places: dict[int, int]) -> None:
        """Send again what follows these numbers, and then what is new."""
        self._resting.update(places)  # until it is known where each stands
        try:
            last = await ask(queries.seqs_of, self._user_id, places)
        finally:
            self._resting.difference_update(places)
        for talk in last:
            self._places[talk] = min(places[talk], last[talk])
            self._budgets[talk] = MOST_REPLAYED
            self._want(talk, last[talk])
        if strangers := sorted(places.keys() - last.keys()):
            raise Refused("not_found", f"No conversations of yours: {strangers}.")

    def _want(self, talk: int, seq: int) -> None:
        self._wanted[talk] = max(seq, self._wanted.get(talk, 0))
        if self._task is None or self._task.done():
            self._task = self._spawn(self._catch_up())

    async def _catch_up(self) -> None:
        while self._wanted:
            talk = next(iter(self._wanted))
            try:
                await self._send_page(talk)
            except DatabaseError:
                logger.warning("a socket cannot catch up yet", exc_info=True)
                await asyncio.sleep(RETRY_SECONDS)

    async def _send_page(self, talk: int) -> None:
        place = self._places.get(talk, 0)
        page = []
        if place < self._wanted[talk]:
            self._stale.pop(talk, None)
            page = await ask(queries.messages_after, self._user_id, talk, place, PAGE)
        for message in page:
            await self._outbox.room()
            seq = message["seq"]
            if seq != self._places.get(talk, 0) + 1 or self._is_stale(talk, seq):
                return  # resumed from elsewhere, or changed, meanwhile
            self._places[talk] = seq
            self._outbox.put(message_frame("message.created", message))
        is_there = not page or self._places[talk] >= self._wanted.get(talk, 0)
        self._settle(talk, len(page), is_there=is_there)

    def _settle(self, talk: int, count: int, *, is_there: bool) -> None:
        """Say how far a resumed conversation is, when it is there or has to rest."""
        budget = self._budgets.get(talk)
        if budget is not None:
            self._budgets[talk] = budget - count
        is_spent = budget is not None and budget <= count and not is_there
        if not is_there and not is_spent:
            return
        self._wanted.pop(talk, None)
        if is_spent:
            self._resting.add(talk)
        if self._budgets.pop(talk, None) is not None:
            data = {"conversation_id": talk, "seq": self._places.get(talk, 0)}
            self._outbox.put(frame("resumed", **data, more=is_spent))
