"""The server of the demo and of production: threads behind one listening socket."""

import socket
from contextlib import suppress
from pathlib import Path

from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http import message

from core.env import Environment
from core.web.log_config import configuration

env = Environment(Path(__file__).parent / ".env")

wsgi_app = "marketplace.wsgi:application"
bind = f"{env.str('HOST', '127.0.0.1')}:{env.int('PORT', 8000)}"
workers = env.int("WEB_CONCURRENCY", 1)
worker_class = "gthread"
threads = env.int("WEB_THREADS", 8)
timeout = 30
graceful_timeout = 20  # after a SIGTERM: finish what has begun
keepalive = 5
message.MAX_REQUEST_LINE = 32_768  # the application answers 414 long before
limit_request_line = message.MAX_REQUEST_LINE
forwarded_allow_ips = ""  # TRUSTED_PROXIES decides, in one place
control_socket_disable = True  # or two servers of one user would share it
logconfig_dict = configuration(
    as_json=env.bool("LOG_JSON", not env.bool("DEBUG", True)),
    level=env.str("LOG_LEVEL", "INFO").upper(),
)


class NoAccessLines(Logger):
    """The middleware writes them; gunicorn would put each together and drop it."""

    access_log_enabled = False


logger_class = NoAccessLines


def close_at_once(connection: socket.socket) -> None:
    """Send the end and hang up, without waiting for the client to do the same.

    gunicorn waits two seconds for each, on the one thread that hands out the requests
    of a worker: twenty clients that never hang up would stop it for forty.
    """
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        connection.setblocking(False)
        connection.recv(65_536)  # or what is unread would cut the answer short
    connection.close()


util.close_graceful = close_at_once

env.settle()
