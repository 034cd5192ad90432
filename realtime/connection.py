"""One socket connection: authentication, frames of the client, and closing."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine

from django.db import Error as DatabaseError
from django.http import HttpResponse
from django.utils import timezone

from core import metrics
from core.addresses import client_address
from core.events import Event
from core.request_id import set_request_id
from realtime import db, maintenance, queries, services
from realtime.handshake import is_origin_allowed, request_of
from realtime.hub import Hub, get_hub
from realtime.message_stream import MAX_RESUMED_CONVERSATIONS, MessageStream
from realtime.protocol import (
    MAX_FRAME_BYTES,
    ClientDisconnected,
    CloseCode,
    CloseConnection,
    ProtocolError,
    decode_frame,
    encode_frame,
    parse_id,
)
from realtime.send_buffer import SendBuffer

logger = logging.getLogger("realtime")
PATHS = {"/ws", "/ws/"}
AUTH_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 5.0
MAX_FRAMES_PER_WINDOW, FRAME_WINDOW_S = 100, 5.0  # rate limit of the client's frames
TYPING_INTERVAL_S = 1.0  # a conversation's earlier `typing` frames are ignored
MAX_WATCHED_USERS = 50


class Connection:
    """The ASGI side of one socket.

    Whoever wants to end the connection calls `close` with a close code; `run` then
    cancels the tasks and sends the code. So a connection ends in one place, once.
    """

    def __init__(self, scope: dict, receive: Callable, send: Callable):
        self._request = request_of(scope)
        self._receive, self._send = receive, send
        self._close_code: asyncio.Future[CloseCode | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._tasks: set[asyncio.Task] = set()
        self._hub: Hub
        self.send_buffer = SendBuffer(self.close)
        self.message_stream: MessageStream
        self.sign_in: services.SignIn | None = None
        self.user_id = 0
        self.watched: dict[int, None] = {}  # user ids, in the order they were watched
        self._sent_presence: dict[int, bool] = {}
        self._typing_sent_at: dict[int, float] = {}  # by conversation
        self._frame_count = self._frame_window = 0
        self._is_ready = False

    # --- Lifetime ---------------------------------------------------------------------

    async def run(self) -> None:
        """Serve the connection until it is closed."""
        await self._receive()  # websocket.connect
        if not (self._request.path in PATHS and is_origin_allowed(self._request)):
            await self._send({"type": "websocket.close"})  # answers 403
            return
        address = client_address(self._request)
        set_request_id(f"socket-{uuid.uuid4().hex}")  # in the log lines of its tasks
        self._hub = get_hub()
        try:
            self._hub.reserve_slot(address)
        except CloseConnection as error:
            await self._send({"type": "websocket.accept"})
            await self._send_close(error.code)
            return
        # Behind the limit of the address: the check may wait for a thread, and nothing
        # else would bound how many handshakes wait.
        with contextlib.ExitStack() as slot:
            slot.callback(self._hub.release_slot, address)
            if refusal := await self._refusal():
                await self._refuse(refusal)
                return
            await self._send({"type": "websocket.accept"})
            slot.pop_all()  # from here on `_clean_up` gives it back
        started, code = time.monotonic(), None
        metrics.socket_opened()
        try:
            self._spawn(self._serve())
            code = await self._close_code
        finally:  # also when the server cancels this task: the slot must be given back
            metrics.socket_closed(code)
            self._log_end(code, time.monotonic() - started)
            await self._clean_up(address)
        await self._send_close(code)

    def close(self, code: CloseCode | None) -> None:
        """End the connection with a close code; None when the client has left.

        Never waits. The first call counts.
        """
        if not self._close_code.done():
            self._close_code.set_result(code)

    def end_with(self, frame: str, code: CloseCode) -> None:
        """Send one last frame, then end the connection. Never waits."""
        if self._is_ready:
            self.send_buffer.finish(frame, code)
        else:  # nothing is sent before `ready`
            self.close(code)

    async def _refusal(self) -> HttpResponse | None:
        """Return the answer of maintenance mode to the handshake, if it refuses it."""
        # With a timeout: a database that hangs would leave the handshake without any
        # answer. Whoever is let in has to authenticate, and is closed there.
        with contextlib.suppress(TimeoutError, DatabaseError):
            async with asyncio.timeout(AUTH_TIMEOUT_S):
                return await db.run(maintenance.refusal_of, self._request)
        return None

    async def _refuse(self, response: HttpResponse) -> None:
        """Answer the handshake with an HTTP response instead of a connection."""
        headers = [(k.lower().encode(), v.encode()) for k, v in response.items()]
        kind, status = "websocket.http.response", response.status_code
        await self._send(
            {"type": f"{kind}.start", "status": status, "headers": headers}
        )
        await self._send({"type": f"{kind}.body", "body": response.content})

    async def _serve(self) -> None:
        try:
            await self._open()
            while True:
                await self._handle(await self._next_frame())
        except CloseConnection as error:
            self.close(error.code)
        except DatabaseError:
            logger.warning("a connection cannot be served now", exc_info=True)
            self.close(CloseCode.TRY_AGAIN_LATER)

    def _log_end(self, code: CloseCode | None, seconds: float) -> None:
        context = {
            "code": int(code) if code else None,  # None: the client has left
            "signed_in": self.sign_in is not None,
            "ms": round(1000 * seconds),
        }
        logger.info("socket closed", extra={"context": context})

    async def _clean_up(self, address: str) -> None:
        for task in self._tasks:
            task.cancel()
        # Wait for them: a task that is still sending would send after the close frame.
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.sign_in is not None:
            await self._hub.remove(self)
        self._hub.release_slot(address)

    async def _send_close(self, code: CloseCode | None) -> None:
        if code is None:  # the client has left
            return
        # A client that reads nothing does not read the close frame either.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._send({"type": "websocket.close", "code": int(code)})

    def _spawn(self, coroutine: Coroutine) -> asyncio.Task:
        task = asyncio.ensure_future(coroutine)
        # The loop holds tasks weakly: without this set one could be collected while it
        # runs, and `_clean_up` could not cancel it.
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _on_task_done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if not isinstance(error, OSError):  # an OSError: the client has left
            logger.error("a task of a connection failed", exc_info=error)
        # Otherwise the connection would stay open, with nobody reading or sending.
        self.close(CloseCode.TRY_AGAIN_LATER)

    # --- Authentication ---------------------------------------------------------------

    async def _open(self) -> None:
        """Authenticate, send `ready`, and begin to send."""
        auth: dict = {}
        try:
            async with asyncio.timeout(AUTH_TIMEOUT_S):
                self.sign_in, auth = await self._authenticate()
        except TimeoutError as error:
            raise CloseConnection(CloseCode.AUTH_TIMEOUT) from error
        self.user_id = self.sign_in.user_id
        self.message_stream = MessageStream(self.user_id, self.send_buffer, self._spawn)
        # Subscribe first and read second: a message that is written between the two
        # would otherwise be in neither.
        await self._hub.add(self)
        last_seqs = await self.message_stream.begin()
        # What arrived until now is in `last_seqs`, or is read by the client after
        # `ready`, which must be the first frame.
        self.send_buffer.clear()
        counts = await db.run(queries.unread_counts, {self.user_id})
        self.send_buffer.put_first(
            encode_frame(
                "ready",
                user_id=self.user_id,
                conversations={str(pk): seq for pk, seq in last_seqs.items()},
                unread=counts[self.user_id],
            )
        )
        self._spawn(self.send_buffer.run(self._send))
        self._is_ready = True
        if "resume" in auth:
            frame = {"type": "resume", "conversations": auth["resume"]}
            await self._handle(frame)
        self.message_stream.open()

    async def _authenticate(self) -> tuple[services.SignIn, dict]:
        """Return the sign-in and the `auth` frame: of the URL, or the client's first.

        Raises `CloseConnection`.
        """
        query = self._request.GET
        if "token" in query:  # access logs of proxies have it by now
            raise CloseConnection(CloseCode.SIGNED_OUT)
        frame = {"type": "auth", "ticket": query.get("ticket")}
        if "ticket" not in query:
            frame = await self._next_frame()
        ticket, token, sign_in = frame.get("ticket"), frame.get("token"), None
        if frame["type"] == "auth" and isinstance(ticket, str):
            sign_in = await db.run(services.redeem, ticket, at=timezone.now())
        elif frame["type"] == "auth" and isinstance(token, str):
            sign_in = await db.run(services.identify, token)
        if sign_in is None:
            raise CloseConnection(CloseCode.SIGNED_OUT)
        return sign_in, frame

    # --- Frames of the client ---------------------------------------------------------

    async def _next_frame(self) -> dict:
        """Return the client's next valid frame.

        Raises `CloseConnection` for too many and too large frames, and for an invalid
        one before the authentication.
        """
        while True:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                raise ClientDisconnected
            self._count_frame()
            text = event.get("text") or ""
            size = len(text.encode() or event.get("bytes") or b"")
            if size > MAX_FRAME_BYTES:
                raise CloseConnection(CloseCode.FRAME_TOO_LARGE)
            try:
                return decode_frame(text)
            except ProtocolError as error:
                if not self._is_ready:
                    raise CloseConnection(CloseCode.SIGNED_OUT) from error
                self._send_error(error)

    def _count_frame(self) -> None:
        """Apply the rate limit: a fixed window. Raises `CloseConnection`."""
        window = int(self._hub.loop.time() / FRAME_WINDOW_S)
        is_same = window == self._frame_window
        self._frame_count = self._frame_count + 1 if is_same else 1
        self._frame_window = window
        if self._frame_count > MAX_FRAMES_PER_WINDOW:
            raise CloseConnection(CloseCode.LIMIT_EXCEEDED)

    async def _handle(self, frame: dict) -> None:
        handler = FRAME_HANDLERS.get(frame["type"])
        try:
            if handler is None:
                raise ProtocolError("unknown_type", "There are no frames of this type.")
            await handler(self, frame)
        except ProtocolError as error:
            self._send_error(error)

    def _send_error(self, error: ProtocolError) -> None:
        self.send_buffer.put(encode_frame("error", code=error.code, error=str(error)))

    async def _on_ping(self, frame: dict) -> None:
        self.send_buffer.put(encode_frame("pong"))

    async def _on_resume(self, frame: dict) -> None:
        seqs = frame.get("conversations")
        if not isinstance(seqs, dict) or len(seqs) > MAX_RESUMED_CONVERSATIONS:
            sentence = (
                f"Name up to {MAX_RESUMED_CONVERSATIONS} conversations and the number "
                "of the last message of each."
            )
            raise ProtocolError("bad_frame", sentence)
        sent_up_to = {parse_id(pk): parse_id(seq) for pk, seq in seqs.items()}
        await self.message_stream.resume(sent_up_to)

    async def _on_typing(self, frame: dict) -> None:
        conversation_id = parse_id(frame.get("conversation_id"))
        now = self._hub.loop.time()
        last = self._typing_sent_at.get(conversation_id, -TYPING_INTERVAL_S)
        if now - last < TYPING_INTERVAL_S:
            return
        # A bound: a client could name any number of conversations.
        if len(self._typing_sent_at) >= MAX_WATCHED_USERS:
            self._typing_sent_at.clear()
        self._typing_sent_at[conversation_id] = now
        other_id = await self._other_participant_id(conversation_id)
        if not await db.run(queries.is_blocked_between, self.user_id, other_id):
            payload = {"conversation_id": conversation_id, "user_id": self.user_id}
            await self._hub.publish(Event((other_id,), "typing", payload))

    async def _on_presence(self, frame: dict) -> None:
        """Send the presence of the other participant, now and on each change."""
        conversation_id = parse_id(frame.get("conversation_id"))
        other_id = await self._other_participant_id(conversation_id)
        pair = (self.user_id, other_id)
        found = await db.run(queries.presence_of, [pair])
        # Remove and insert again: a dict keeps its order, and the user who was watched
        # the longest ago is dropped first.
        self._unwatch(other_id)
        if len(self.watched) >= MAX_WATCHED_USERS:
            self._unwatch(next(iter(self.watched)))
        self.watched[other_id] = None
        self.send_presence(other_id, found[pair])

    def _unwatch(self, user_id: int) -> None:
        self.watched.pop(user_id, None)
        self._sent_presence.pop(user_id, None)

    async def _other_participant_id(self, conversation_id: int) -> int:
        """Return the id of the other participant. Raises `ProtocolError`."""
        other_id = await db.run(
            queries.other_participant_id, self.user_id, conversation_id
        )
        if other_id is None:
            raise ProtocolError("not_found", "You have no such conversation.")
        return other_id

    def send_presence(self, user_id: int, presence: dict) -> None:
        """Send a `presence` frame if `is_online` differs from the last one."""
        is_online = presence["is_online"]
        if self._sent_presence.get(user_id) != is_online:
            self._sent_presence[user_id] = is_online
            frame = encode_frame("presence", user_id=user_id, **presence)
            self.send_buffer.put(frame)


FRAME_HANDLERS: dict[str, Callable[[Connection, dict], Awaitable[None]]] = {
    "ping": Connection._on_ping,
    "resume": Connection._on_resume,
    "typing": Connection._on_typing,
    "presence": Connection._on_presence,
}


async def application(scope: dict, receive: Callable, send: Callable) -> None:
    """Serve one connection: the ASGI application of `/ws`."""
    await Connection(scope, receive, send).run()
