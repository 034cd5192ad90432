"""One process for everything: `python -m marketplace.server`.

The demo's server. In production it serves `/ws` beside gunicorn.
"""

import socket
from contextlib import suppress

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)

from marketplace.asgi import application

LARGEST_FRAME = 128 * 1024  # bytes; from 64 KB on the application says why it closes
DEAD_MS = 30_000  # how long a reader who takes nothing keeps the connection


class Sockets(WebSocketsSansIOProtocol):
    """Hangs up on a handshake that is too long: uvicorn would wait for its end."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None:
            self.transport.close()


def main() -> None:
    config = uvicorn.Config(
        application,
        lifespan="off",
        ws=Sockets,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,  # it costs each idle socket a window
        timeout_keep_alive=5,
        timeout_graceful_shutdown=20,  # after a SIGTERM: finish what has begun
        proxy_headers=False,  # TRUSTED_PROXIES decides, in one place
        access_log=False,  # the middleware writes it
        server_header=False,
        log_config=None,
    )
    with socket.create_server((settings.HOST, settings.PORT), backlog=2048) as door:
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
        with suppress(KeyboardInterrupt):  # which it raises once it has ended well
            uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main()
