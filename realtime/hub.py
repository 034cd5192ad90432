"""The sockets of one process, and what they hear together."""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import Coroutine, Iterable

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError

from accounts.tokens import SESSION_ENDED
from core.events import Event
from realtime import queries, services
from realtime.db import ask
from realtime.message_stream import message_frame
from realtime.polling import Rounds
from realtime.protocol import Close, Cut, frame
from realtime.publisher import AWAY, SEND_SECONDS, group_of, hubs, send

logger = logging.getLogger("realtime")
COUNTED = frozenset(
    {
        *("message.created", "message.updated", "message.read"),
        *("notification.created", "unread"),
    }
)
BEAT, BEAT_SECONDS = "beat", 2.0
SILENCE_SECONDS = 5.0  # without one's own beat: then the layer is away


class Hub:
    """Holds a subscription to the layer for each person who has a socket here.

    It hears its own beat through the layer. When that stops, and comes back, events
    were lost: every socket is told to read again.
    """

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.layer = get_channel_layer()
        self.people: dict[int, set] = {}
        self._places: Counter[str] = Counter()
        self._missing: set[int] = set()  # people without a subscription
        self._own = f"hub.{uuid.uuid4().hex}"  # the group of this hub alone
        self._channel = f"{self._own}!inbox"
        self._heard_at = self.loop.time()
        self.is_deaf = False
        self._tasks: set[asyncio.Task] = set()
        self._begun: asyncio.Future | None = None
        self.rounds = Rounds(self)

    # --- Who is here ------------------------------------------------------------------

    def take_place(self, address: str) -> None:
        """Count one more socket of an address. Raises `Cut` past its share."""
        if self._places[address] >= settings.SOCKETS_PER_ADDRESS:
            raise Cut(Close.TOO_MANY)
        self._places[address] += 1

    def leave_place(self, address: str) -> None:
        self._places[address] -= 1
        if not self._places[address]:
            del self._places[address]
        if not self._places:
            self._end()

    async def join(self, socket) -> None:
        """Let a socket hear from now on. Raises `Cut` past its person's share."""
        await self._begin()
        mine = self.people.setdefault(socket.user_id, set())
        if len(mine) >= settings.SOCKETS_PER_PERSON:
            raise Cut(Close.TOO_MANY)
        mine.add(socket)
        if len(mine) == 1:
            await self._subscribe(socket.user_id)

    async def leave(self, socket) -> None:
        mine = self.people.get(socket.user_id, set())
        mine.discard(socket)
        if not mine and self.people.pop(socket.user_id, None) is not None:
            self.rounds.forget(socket.user_id)
            self._missing.discard(socket.user_id)
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(SEND_SECONDS):
                    group = group_of(socket.user_id)
                    await self.layer.group_discard(group, self._channel)

    def sockets(self) -> list:
        return [socket for mine in self.people.values() for socket in mine]

    # --- What they hear ---------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Hear an event of this process, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._pass_on, event)

    def _pass_on(self, event: Event) -> None:
        self._spawn(self.publish(event))

    async def publish(self, event: Event) -> None:
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(SEND_SECONDS):
                await send(self.layer, event)

    def hear(self, user_id: int, type: str, payload: dict) -> None:
        if user_id in self.people:
            HEARD.get(type, Hub._hear_other)(self, user_id, type, payload)
            if type in COUNTED:
                self.rounds.count(user_id)

    def _hear_end(self, user_id: int, type: str, payload: dict) -> None:
        self._spawn(self.check(self.people[user_id]))

    def _hear_created(self, user_id: int, type: str, payload: dict) -> None:
        said = message_frame(type, payload)
        self.hear_message(user_id, payload["conversation_id"], payload["seq"], said)

    def _hear_updated(self, user_id: int, type: str, payload: dict) -> None:
        said = message_frame(type, payload)
        for socket in self.people[user_id]:
            socket.feed.mend(payload["conversation_id"], payload["seq"], said)

    def _hear_read(self, user_id: int, type: str, payload: dict) -> None:
        if payload["reader_id"] == user_id:
            self._hear_other(user_id, type, payload)
        else:
            self._spawn(self._tell_read(user_id, type, payload))

    async def _tell_read(self, user_id: int, type: str, payload: dict) -> None:
        """Across a block nobody sees that the other one is here."""
        with contextlib.suppress(DatabaseError):  # one mark less
            if not await ask(queries.are_apart, user_id, payload["reader_id"]):
                self._hear_other(user_id, type, payload)

    def _hear_notification(self, user_id: int, type: str, payload: dict) -> None:
        if self.rounds.is_news(payload["id"]):
            self.say(user_id, frame(type, notification=payload))

    def _hear_step(self, user_id: int, type: str, payload: dict) -> None:
        self.rounds.heard_step(payload["task_id"], payload["status"])
        self.say(user_id, frame(type, **payload))

    def _hear_count(self, user_id: int, type: str, payload: dict) -> None:
        """Nothing but that counts may have changed."""

    def _hear_other(self, user_id: int, type: str, payload: dict) -> None:
        self.say(user_id, frame(type, **payload))

    def hear_message(
        self, user_id: int, talk: int, seq: int, said: str | None = None
    ) -> None:
        for socket in self.people.get(user_id, ()):
            socket.feed.hear(talk, seq, said)

    def say(self, user_id: int, said: str) -> None:
        for socket in self.people.get(user_id, ()):
            socket.outbox.put(said)

    async def check(self, sockets: Iterable) -> None:
        """Close those whose sign-in has ended: one query for all."""
        by_sign_in: dict = {}
        for socket in sockets:
            by_sign_in.setdefault(socket.sign_in, []).append(socket)
        if by_sign_in:
            ended, suspended = await ask(services.standing, by_sign_in)
            for one in ended | suspended:
                code = Close.SUSPENDED if one in suspended else Close.SIGNED_OUT
                for socket in by_sign_in[one]:
                    socket.cut(code)

    # --- The layer --------------------------------------------------------------------

    async def _begin(self) -> None:
        if self._begun is None:
            self._begun = asyncio.ensure_future(self._start())
        try:
            await asyncio.shield(self._begun)
        except Exception:
            self._begun = None  # the next one tries again
            raise

    async def _start(self) -> None:
        await self.rounds.begin()
        self._spawn(self._listen())
        await asyncio.sleep(0)  # from here on the layer knows the channel
        for work in (self._beat, *self.rounds.works):
            self._spawn(work())

    async def _subscribe(self, user_id: int) -> None:
        """If the layer is away, `_beat` goes on trying."""
        self._missing.add(user_id)
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(SEND_SECONDS):
                await self.layer.group_add(group_of(user_id), self._channel)
            self._missing.discard(user_id)

    async def _listen(self) -> None:
        while True:
            try:
                said = await self.layer.receive(self._channel)
            except AWAY:
                await asyncio.sleep(BEAT_SECONDS)
            else:
                self._receive(said)

    def _receive(self, said: dict) -> None:
        if said["type"] != BEAT:
            self.hear(said["user_id"], said["type"], said["payload"])
            return
        self._heard_at = self.loop.time()
        if self.is_deaf:
            self.is_deaf = False
            logger.warning("the sockets hear the other processes again")
            for socket in self.sockets():
                socket.outbox.put(frame("resync"))

    async def _beat(self) -> None:
        """Say something to oneself, and subscribe whoever is not."""
        while True:
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(SEND_SECONDS):
                    await self.layer.group_add(self._own, self._channel)
                    await self.layer.group_send(self._own, {"type": BEAT})
                for user_id in list(self._missing):
                    await self._subscribe(user_id)
            silence = self.loop.time() - self._heard_at
            if silence > SILENCE_SECONDS and not self.is_deaf:
                self.is_deaf = True
                logger.warning("the sockets hear nothing of other processes")
            await asyncio.sleep(BEAT_SECONDS)

    # --- Its tasks --------------------------------------------------------------------

    def _spawn(self, work: Coroutine) -> asyncio.Task:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        hubs.pop(self.loop, None)
        self._spawn(self._fall_silent())

    async def _fall_silent(self) -> None:
        """Leave its own group, or the layer would keep it for good."""
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(SEND_SECONDS):
                await self.layer.group_discard(self._own, self._channel)


HEARD = {
    SESSION_ENDED: Hub._hear_end,
    "message.created": Hub._hear_created,
    "message.updated": Hub._hear_updated,
    "message.read": Hub._hear_read,
    "notification.created": Hub._hear_notification,
    "task.updated": Hub._hear_step,
    "unread": Hub._hear_count,
}


def hub() -> Hub:
    """The one of this loop, which lives while there are sockets."""
    loop = asyncio.get_running_loop()
    if loop not in hubs:
        hubs[loop] = Hub()
    return hubs[loop]
