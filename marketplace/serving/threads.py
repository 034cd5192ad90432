"""Run a WSGI application in threads behind an ASGI server.

A thread is taken only when the whole request has arrived, and given back when the
response is complete: clients that send or read slowly hold none.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db import close_old_connections

from core.addresses import address_in, network_of
from core.web.limits import REFUSAL
from marketplace.serving.bodies import Bodies, Body, ClientGone, Message, Receive
from marketplace.serving.fair_queue import FairQueue, QueueFull

Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
MAX_WAITING = 1000  # requests of the process that wait for a thread
PIECE_BYTES = 256 * 1024  # of a file, for each time it gets a thread
BUSY = (
    b'{"error": "Too busy just now. Please try again.", '
    b'"code": "unavailable", "fields": {}}'
)
BUSY_HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BUSY)).encode()),
    (b"retry-after", b"1"),
    (b"connection", b"close"),
]


@dataclass
class Response:
    """What the application answers: `rest` is None when `body` is the last piece."""

    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class InThreads:
    """The ASGI application that runs a WSGI application on `threads` threads.

    `lanes` limits how many of the threads certain requests may hold, by method and
    path: those that compute for long, so that the others find a thread.
    """

    def __init__(
        self,
        application: WsgiApplication,
        *,
        threads: int,
        lanes: Mapping[tuple[str, str], FairQueue],
    ):
        self._application = application
        self._places = FairQueue(threads, max_waiting=MAX_WAITING)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._lanes = lanes
        self._bodies = Bodies()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request of HTTP."""
        environ = environ_of(scope)
        address = address_in(environ)
        client = network_of(address)
        body = Body(self._bodies, network_of(address, burst=True))
        try:
            await self._read(body, environ, receive)
            lane = self._lanes.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if lane is None:
                await self._answer(environ, client, body, send)
            else:
                await self._answer_in_lane(lane, environ, client, body, send)
        except ClientGone:
            return
        finally:
            body.release()

    async def _read(self, body: Body, environ: Environ, receive: Receive) -> None:
        try:
            await body.read(environ, receive)
        except TimeoutError:
            environ[REFUSAL] = "request_timeout"
        # Without a copy it would be joined twice: `body` keeps its own for the count.
        whole = body.is_complete and REFUSAL not in environ
        environ["wsgi.input"] = BytesIO(body.content if whole else b"")

    async def _answer_in_lane(
        self, lane: FairQueue, environ: Environ, client: str, body: Body, send: Send
    ) -> None:
        try:
            await lane.acquire(client)
        except QueueFull:  # the application says so, as its answers have CORS headers
            environ[REFUSAL] = "busy"
            await self._answer(environ, client, body, send)
            return
        try:
            await self._answer(environ, client, body, send)
        finally:
            lane.release()

    async def _answer(
        self, environ: Environ, client: str, body: Body, send: Send
    ) -> None:
        try:
            response = await self._run(
                client, partial(respond, self._application, environ), environ
            )
        except QueueFull:
            await _send_busy(send)
            return
        # Before it is sent: a slow reader must not hold the memory of a body.
        environ["wsgi.input"].close()
        body.release()
        if not body.is_complete:  # the rest of it would be read as the next request
            response.headers.append((b"connection", b"close"))
        start = {"type": "http.response.start", "status": response.status}
        await send({**start, "headers": response.headers})
        try:
            while response.rest is not None:
                await _send_piece(send, response.body, is_more=True)
                await self._run(client, partial(read_on, response), environ)
            await _send_piece(send, response.body, is_more=False)
        finally:
            if response.rest is not None:
                self._executor.submit(response.close)

    async def _run(self, client: str, call: Callable[[], Any], environ: Environ) -> Any:
        """Return what `call` returns in a thread. Raises `QueueFull`, `ClientGone`."""
        await self._places.acquire(client)
        try:
            if environ["marketplace.is_gone"]():  # it left while it waited
                raise ClientGone
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, call)
        finally:
            self._places.release()


async def _send_piece(send: Send, body: bytes, *, is_more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": is_more})


async def _send_busy(send: Send) -> None:
    start = {"type": "http.response.start", "status": 503, "headers": BUSY_HEADERS}
    await send(start)
    await _send_piece(send, BUSY, is_more=False)


def respond(application: WsgiApplication, environ: Environ) -> Response:
    """Return the response of the application; all of it, unless it is streamed."""
    head: list[Any] = []

    def start_response(status: str, headers: list, exc_info: object = None) -> None:
        encoded = [
            (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers
        ]
        head[:] = [int(status[:3]), encoded]

    answer = application(environ, start_response)
    status, headers = head
    close = getattr(answer, "close", lambda: None)
    if getattr(answer, "streaming", True) and _can_stream(environ, headers):
        response = Response(status, headers, b"", iter(answer), close)
        read_on(response)
        # `close` may run in another thread, and this one's connection would stay open.
        close_old_connections()
        return response
    try:
        body = b"".join(answer)
    finally:
        close()
    # Without a length uvicorn sends chunks, also to clients of HTTP/1.0, which know
    # none. The body of an answer to HEAD may be left out, and its length is unknown.
    is_empty_head = environ["REQUEST_METHOD"] == "HEAD" and not body
    if status not in (204, 304) and not _has_length(headers) and not is_empty_head:
        headers.append((b"content-length", str(len(body)).encode()))
    return Response(status, headers, body, None, close)


def _can_stream(environ: Environ, headers: Headers) -> bool:
    return environ["SERVER_PROTOCOL"] != "HTTP/1.0" or _has_length(headers)


def _has_length(headers: Headers) -> bool:
    return any(name == b"content-length" for name, _value in headers)


def read_on(response: Response) -> None:
    """Put the next piece of the rest into `body`; close it after the last one."""
    pieces, size = [], 0
    for piece in response.rest or ():
        pieces.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            break
    else:
        response.rest = None
        response.close()
    response.body = b"".join(pieces)


def environ_of(scope: Message) -> Environ:
    """Return the WSGI environ of an ASGI scope."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # Not `path`, in which bytes that are no UTF-8 are lost.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "marketplace.is_gone": scope.get("marketplace.is_gone", bool),
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
