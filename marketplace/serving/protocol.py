"""HTTP connections of uvicorn with deadlines and a bounded number."""

import asyncio
from collections import Counter
from typing import Any, cast

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.addresses import address_in, network_of

MAX_CONNECTIONS = 1000  # of a process
MAX_HEAD_BYTES = 64 * 1024
SEND_TIMEOUT_S = 30.0  # in which a client must take what fills the buffers
LINGER_S = 2.0  # for a request on the way, when the process stops
SWEEP_S = 0.5
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n"
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n"
NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"retry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class HttpProtocol(HttpToolsProtocol):
    """One connection. It holds no thread; a task answers its requests one by one.

    `deadline` is the time of the loop at which the connection ends, or None while the
    application works. One sweep over all connections compares it: a timer for each
    request would cost more.
    """

    open: dict["HttpProtocol", None] = {}  # by their newest request, the oldest first
    is_stopping = False  # of the process

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.deadline: float | None = None
        self.network = ""  # of the client, as limits count it
        self._head_bytes = 0

    # --- Called by the event loop -----------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.deadline = self.loop.time() + settings.HEADER_TIMEOUT_SECONDS
        self.network = self._find_network()
        if not self.open:
            self.loop.call_later(SWEEP_S, _sweep, self.loop)
        self.open[self] = None
        if len(self.open) > MAX_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.open.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass the bytes on, and limit the time and the size of a head."""
        is_head = self.is_idle
        if is_head:
            self._head_bytes += len(data)
            if self.deadline is None:  # the first byte after a response
                self.deadline = self.loop.time() + settings.HEADER_TIMEOUT_SECONDS
        super().data_received(data)
        if is_head and self.is_idle and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LONG)

    def pause_writing(self) -> None:
        """Begin to wait for a client that reads too slowly for the buffers."""
        super().pause_writing()
        self.deadline = self.loop.time() + SEND_TIMEOUT_S

    def resume_writing(self) -> None:
        """Go on: the client has taken most of it."""
        super().resume_writing()
        self.deadline = None

    # --- Called by uvicorn ------------------------------------------------------------

    def on_headers_complete(self) -> None:
        """Begin to answer: from now on the body has a deadline of its own."""
        self.deadline = None
        self._head_bytes = 0
        if self in self.open:  # to the end
            self.open[self] = self.open.pop(self)
        if settings.TRUSTED_PROXIES:  # until now it was that of the proxy
            self.network = self._find_network()
        # A client that has left while it waited for a thread needs no answer.
        scope: dict[str, Any] = cast(Any, self.scope)
        scope["marketplace.is_gone"] = self.transport.is_closing
        super().on_headers_complete()
        if self.is_stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of the WebSocket."""
        self.open.pop(self, None)
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """End soon: a request that is on the way is still answered."""
        type(self).is_stopping = True
        if self.is_idle:
            self.deadline = self.loop.time() + LINGER_S
        else:
            super().shutdown()

    # --- Deadlines --------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Whether the client has yet to send: a head, or the rest of a body."""
        return self.is_idle or self.cycle.more_body

    def sweep(self, now: float) -> None:
        """End the connection if its deadline has passed."""
        if self.deadline is None:
            if self.transport.is_closing():  # what it was sent last must be taken too
                self.deadline = now + SEND_TIMEOUT_S
        elif now > self.deadline:
            if self._head_bytes and self.is_idle and not self.transport.is_closing():
                self._refuse(TOO_SLOW)
            else:
                self.transport.abort()

    def _refuse(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()
        self.deadline = self.loop.time() + SEND_TIMEOUT_S

    def _find_network(self) -> str:
        forwarded = [v for k, v in self.headers or () if k == b"x-forwarded-for"]
        environ = {
            "REMOTE_ADDR": self.client[0] if self.client else "",
            "HTTP_X_FORWARDED_FOR": b",".join(forwarded).decode("latin-1"),
        }
        # All networks of one customer: one connection from each would fill the process.
        return network_of(address_in(environ), burst=True)

    def _make_room(self) -> None:
        """End a connection of the network that has most of them.

        It is the one that has waited for its client the longest, in a head or a body
        too: whoever fills the process loses his own connections, and not a newcomer.
        One whose request is being answered is the last to end.
        """
        counts = Counter(one.network for one in self.open)
        most = max(counts.values())
        held = [one for one in self.open if counts[one.network] == most]
        next((one for one in held if one.is_waiting), held[0])._give_way()

    def _give_way(self) -> None:
        self.open.pop(self, None)
        if self._can_be_refused:
            self.transport.write(NO_ROOM)
        self.transport.abort()  # what the kernel has taken is sent all the same

    @property
    def _can_be_refused(self) -> bool:
        """Whether part of a request has arrived, and nothing of an answer was sent."""
        if self.transport.is_closing() or self.pipeline:
            return False
        if self.is_idle:
            return self._head_bytes > 0
        return self.is_waiting and not self.cycle.response_started


def _sweep(loop: asyncio.AbstractEventLoop) -> None:
    now = loop.time()
    for connection in tuple(HttpProtocol.open):
        connection.sweep(now)
    if HttpProtocol.open:
        loop.call_later(SWEEP_S, _sweep, loop)
