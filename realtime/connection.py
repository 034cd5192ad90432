"""One socket: who may open it, what its client says, and how it ends."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from core.api.throttling import address_of
from core.events import Event
from realtime import queries, services
from realtime.db import ask
from realtime.hub import Hub, hub
from realtime.message_stream import MOST_RESUMED, Feed
from realtime.protocol import LONGEST_FRAME, Close, Cut, Refused, frame, number, read
from realtime.send_buffer import Outbox

logger = logging.getLogger("realtime")
PATHS = {"/ws", "/ws/"}
AUTH_SECONDS = 10.0
CLOSE_SECONDS = 5.0
FRAMES, FRAME_SECONDS = 100, 5.0  # so many frames in so long
TYPING_SECONDS = 1.0  # of a conversation: what comes sooner is left out
MOST_WATCHED = 50


class Socket:
    """Speaks ASGI. Whatever ends it calls `cut` with the code to close with."""

    def __init__(self, scope: dict, receive: Callable, send: Callable):
        self._request = request_of(scope)
        self._receive, self._send = receive, send
        self._cut: asyncio.Future[int | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._tasks: set[asyncio.Task] = set()
        self._hub: Hub
        self.outbox = Outbox(self.cut)
        self.sign_in: services.SignIn | None = None
        self.user_id = 0
        self.feed: Feed | None = None
        self.watched: dict[int, None] = {}  # people, the longest watched first
        self._shown: dict[int, dict] = {}
        self._typed: dict[int, float] = {}
        self._frames = self._window = 0
        self._is_ready = False

    # --- Its life ---------------------------------------------------------------------

    async def run(self) -> None:
        await self._receive()  # websocket.connect
        if not (self._request.path in PATHS and is_from_here(self._request)):
            await self._send({"type": "websocket.close"})  # 403
            return
        await self._send({"type": "websocket.accept"})
        address = address_of(self._request)
        self._hub = hub()
        try:
            self._hub.take_place(address)
        except Cut as cut:
            await self._close(cut.code)
            return
        try:
            self._spawn(self._live())
            code = await self._cut
        finally:
            await self._end(address)
        if code is not None:
            await self._close(code)

    async def _live(self) -> None:
        try:
            await self._open()
            while True:
                await self._answer(await self._next())
        except Cut as cut:
            self.cut(cut.code)
        except DatabaseError:
            logger.warning("a socket cannot be served now", exc_info=True)
            self.cut(Close.LATER)

    async def _end(self, address: str) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.sign_in is not None:
            await self._hub.leave(self)
        self._hub.leave_place(address)

    async def _close(self, code: int) -> None:
        """A reader who reads nothing does not even read this."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": int(code)})

    def cut(self, code: Close | None) -> None:
        if not self._cut.done():
            self._cut.set_result(code)

    def _spawn(self, work: Coroutine) -> asyncio.Task:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OSError):  # it has gone
            logger.error("a socket failed", exc_info=error)
        if error is not None:
            self.cut(Close.LATER)

    async def _next(self) -> dict:
        """The client's next frame. Raises `Cut` for too many and too large ones."""
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                raise Gone
            text = event.get("text")
            self._spend()
            if (
                len(text.encode() if text else event.get("bytes") or b"")
                > LONGEST_FRAME
            ):
                raise Cut(Close.TOO_LARGE)
            try:
                return read(text or "")
            except Refused as refusal:
                if not self._is_ready:
                    raise Cut(Close.SIGNED_OUT) from refusal
                self._refuse(refusal)

    def _spend(self) -> None:
        window = int(self._hub.loop.time() / FRAME_SECONDS)
        self._frames = self._frames + 1 if window == self._window else 1
        self._window = window
        if self._frames > FRAMES:
            raise Cut(Close.TOO_MANY)

    # --- Who it is --------------------------------------------------------------------

    async def _open(self) -> None:
        said = {}
        try:
            async with asyncio.timeout(AUTH_SECONDS):
                self.sign_in, said = await self._identify()
        except TimeoutError as error:
            raise Cut(Close.TIMEOUT) from error
        self.user_id = self.sign_in.user_id
        self.feed = Feed(self.user_id, self.outbox, self._spawn)
        await self._hub.join(self)
        places = await self.feed.begin()
        self.outbox.forget()  # the client reads after `ready`, and that is in it
        counts = (await ask(queries.unread, {self.user_id}))[self.user_id]
        self.outbox.put_first(
            frame(
                "ready",
                user_id=self.user_id,
                conversations={str(talk): seq for talk, seq in places.items()},
                unread=counts,
            )
        )
        self._spawn(self.outbox.run(self._send))
        self._is_ready = True
        if "resume" in said:
            await self._answer({"type": "resume", "conversations": said["resume"]})
        self.feed.open()

    async def _identify(self) -> tuple[services.SignIn, dict]:
        """By the ticket of the address, or by the first frame."""
        asked = self._request.GET
        if "token" in asked:  # it is in the logs of every proxy by now
            raise Cut(Close.SIGNED_OUT)
        said = {"type": "auth", "ticket": asked.get("ticket")}
        if "ticket" not in asked:
            said = await self._next()
        ticket, token, found = said.get("ticket"), said.get("token"), None
        if said["type"] == "auth" and isinstance(ticket, str):
            found = await ask(services.redeem, ticket, at=timezone.now())
        elif said["type"] == "auth" and isinstance(token, str):
            found = await ask(services.identify, token)
        if found is None:
            raise Cut(Close.SIGNED_OUT)
        return found, said

    # --- What its client says ---------------------------------------------------------

    async def _answer(self, said: dict) -> None:
        answer = ANSWERS.get(said["type"])
        try:
            if answer is None:
                raise Refused("unknown_type", "There are no frames of this type.")
            await answer(self, said)
        except Refused as refusal:
            self._refuse(refusal)

    def _refuse(self, refusal: Refused) -> None:
        self.outbox.put(frame("error", code=refusal.code, error=str(refusal)))

    async def _ping(self, said: dict) -> None:
        self.outbox.put(frame("pong"))

    async def _resume(self, said: dict) -> None:
        places = said.get("conversations")
        if not isinstance(places, dict) or len(places) > MOST_RESUMED:
            sentence = f"Name up to {MOST_RESUMED} conversations and their numbers."
            raise Refused("bad_frame", sentence)
        await self.feed.resume({number(k): number(v) for k, v in places.items()})

    async def _typing(self, said: dict) -> None:
        talk, now = number(said.get("conversation_id")), self._hub.loop.time()
        if now - self._typed.get(talk, -TYPING_SECONDS) < TYPING_SECONDS:
            return
        if len(self._typed) >= MOST_WATCHED:
            self._typed.clear()
        self._typed[talk] = now
        data = {"conversation_id": talk, "user_id": self.user_id}
        other = await self._other_in(talk)
        if not await ask(queries.are_apart, self.user_id, other):
            await self._hub.publish(Event((other,), "typing", data))

    async def _presence(self, said: dict) -> None:
        """Show the other person of a conversation, now and whenever it changes."""
        other = await self._other_in(number(said.get("conversation_id")))
        pair = (self.user_id, other)
        found = await ask(queries.presence_of, [pair])
        self._look_away_from(other)
        if len(self.watched) >= MOST_WATCHED:
            self._look_away_from(next(iter(self.watched)))
        self.watched[other] = None
        self.show(other, found[pair])

    def _look_away_from(self, user_id: int) -> None:
        self.watched.pop(user_id, None)
        self._shown.pop(user_id, None)

    async def _other_in(self, talk: int) -> int:
        other = await ask(queries.other_of, self.user_id, talk)
        if other is None:
            raise Refused("not_found", "You have no such conversation.")
        return other

    def show(self, user_id: int, presence: dict) -> None:
        """Tell who is here, if that has changed."""
        online = presence["is_online"]
        if self._shown.get(user_id, ...) != online:
            self._shown[user_id] = online
            self.outbox.put(frame("presence", user_id=user_id, **presence))


class Gone(Cut):
    """The client has closed it."""

    def __init__(self):
        super().__init__(None)


ANSWERS: dict[str, Callable[[Socket, dict], Awaitable[None]]] = {
    "ping": Socket._ping,
    "resume": Socket._resume,
    "typing": Socket._typing,
    "presence": Socket._presence,
}


async def application(scope: dict, receive: Callable, send: Callable) -> None:
    await Socket(scope, receive, send).run()


def request_of(scope: dict) -> HttpRequest:
    """The handshake as a request, so that hosts and addresses are read in one way."""
    request = HttpRequest()
    request.path = scope["path"]
    for name, value in scope["headers"]:
        if b"_" not in name:  # which would pass for the one with a hyphen
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            before = f"{request.META[key]}," if key in request.META else ""
            request.META[key] = before + value.decode("latin-1")
    host, port = scope.get("server") or ("localhost", 80)
    request.META |= {"SERVER_NAME": host, "SERVER_PORT": str(port)}
    request.META["REMOTE_ADDR"] = (scope.get("client") or ("",))[0]
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    request.GET = {name: values[-1] for name, values in query.items()}
    return request


def is_from_here(request: HttpRequest) -> bool:
    """Browsers name the page's origin; whoever names none is no browser."""
    origin = request.META.get("HTTP_ORIGIN")
    try:
        host = request.get_host()
    except DisallowedHost:
        return False
    if origin is None or origin in settings.CORS_ALLOWED_ORIGINS:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False
