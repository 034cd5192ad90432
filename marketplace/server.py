"""The ASGI server, run by `python -m marketplace.server`.

In the demo it serves everything. In production it serves `/ws`, beside gunicorn.
"""

import logging
import socket
from contextlib import suppress

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import (
    WebSocketsSansIOProtocol,
)

from core.env import load_and_check
from core.web.ports import cannot_listen
from marketplace.serving.config import BACKLOG, allow_files, config_of

# The application closes at 64 KB already, with a close code that names the reason.
MAX_FRAME_BYTES = 128 * 1024
# Of unacknowledged data: then the kernel closes the connection of a dead client.
TCP_USER_TIMEOUT_MS = 30_000

logger = logging.getLogger("marketplace.server")


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Close the connection after a handshake that is too long.

    uvicorn would wait for the rest of it, and nothing counts such connections.
    """

    def data_received(self, data: bytes) -> None:
        """Handle received bytes as uvicorn does; close after a failed handshake."""
        super().data_received(data)
        if self.conn.handshake_exc is not None:
            self.transport.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises `SystemExit` (1) with a sentence."""
    try:
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        raise SystemExit(cannot_listen(host, port, error)) from None


def main() -> None:
    """Serve until SIGTERM or SIGINT. Exits with a message if a setting is wrong."""
    load_and_check()
    from marketplace.asgi import application  # needs the settings

    allow_files()
    config = config_of(
        application,
        ws=WebSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,  # its buffers take memory per idle connection
    )
    with listen(settings.HOST, settings.PORT) as listener:
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
            listener.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS
            )
        # As gunicorn does; after this the first requests are answered.
        logger.info("Listening at http://%s:%s", *listener.getsockname()[:2])
        with suppress(KeyboardInterrupt):  # raised after a graceful stop
            uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
