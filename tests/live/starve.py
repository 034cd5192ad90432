"""Attack both servers from one address while an honest client asks from another.

`python -m tests.live.starve` starts the production server and the demo server, without
a proxy in front, on a database of its own. Prints one JSON line per server and attack.
The exit status is 1 if a request of the honest client failed, or if the slowest of a
hundred took longer than `LIMIT_MS`: a bound far above what it takes on an idle machine.
"""

import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from marketplace.serving.config import allow_files
from marketplace.serving.protocol import MAX_CONNECTIONS
from tests.live.bounds import end_within
from tests.live.database import migrate
from tests.live.processes import EMBEDDED
from tests.live.server import GUNICORN, HOST, Server, serve

ATTACKER = "127.0.0.2"
LIMIT_MS = float(os.environ.get("STARVE_LIMIT_MS", 1000))
ATTACK_S = 2.0
WARM_UP_S = 0.5  # until the attack stands
MAX_RUN_S = 150  # on a busy machine; about 45 on an idle one
HEAD = b"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
GET = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n"
LENGTH = b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
UPLOAD = (
    b"POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n"
)


def main() -> int:
    """Return the exit status."""
    end_within(MAX_RUN_S)
    allow_files()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="starve-") as folder:
        own = {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'market.sqlite3'}",
            "REDIS_URL": "",
            "DEBUG": "true",
        }
        migrate(own)
        for name, command in {"gunicorn": GUNICORN, "demo": EMBEDDED}.items():
            with serve(own, workers=1, command=command, ready_within=60) as server:
                for attack in ATTACKS:
                    failures += not report(name, attack, measure(server, attack))
    return int(failures > 0)


def report(server: str, attack: Callable, figures: dict) -> bool:
    """Print the figures; return whether they are good."""
    is_good = not figures["failed"] and figures["p99_ms"] < LIMIT_MS
    line = {"server": server, "attack": attack.__name__, "ok": is_good, **figures}
    print(json.dumps(line), flush=True)
    return is_good


def measure(server: Server, attack: Callable[["Attack"], None]) -> dict:
    """Return the figures of the honest client while the attack lasts."""
    with Attack(server) as running:
        attack(running)
        time.sleep(WARM_UP_S)
        took, failed = ask(server, until=time.monotonic() + ATTACK_S)
    took.sort()
    return {
        "requests": len(took),
        "failed": failed,
        "p50_ms": round(statistics.median(took)),
        "p99_ms": round(took[int(0.99 * (len(took) - 1))]),
    }


def ask(server: Server, *, until: float) -> tuple[list[float], int]:
    """Ask again and again on new connections; return milliseconds and failures."""
    took, failed = [], 0
    while time.monotonic() < until:
        began = time.monotonic()
        connection = HTTPConnection(HOST, server.port, timeout=5)
        try:
            connection.request("GET", "/api/tasks", headers={"Connection": "close"})
            failed += connection.getresponse().status != 200
        except (OSError, HTTPException):
            failed += 1
        finally:
            connection.close()
        took.append((time.monotonic() - began) * 1000)
        time.sleep(0.01)
    return took, failed


class Attack:
    """Connections of the attacker, and a thread that goes on sending on them."""

    def __init__(self, server: Server):
        self._server = server
        self._stack = ExitStack()
        self._done = threading.Event()

    def __enter__(self) -> "Attack":
        return self

    def __exit__(self, *failure) -> None:
        self._done.set()
        self._stack.close()

    def open(self, count: int, first: bytes = b"") -> list[socket.socket]:
        """Open connections and send `first` on each."""
        opened = []
        for _number in range(count):
            connection = socket.socket()
            # Small: a client that reads nothing then fills the server's buffers soon.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(5)
            connection.bind((ATTACKER, 0))
            connection.connect((HOST, self._server.port))
            with suppress(OSError):  # it may be closed already
                connection.sendall(first)
            opened.append(self._stack.enter_context(connection))
        return opened

    def drip(
        self, connections: list[socket.socket], piece: bytes, *, again: bytes = b""
    ) -> None:
        """Send `piece` on each connection twice a second until the end.

        With `again` those that the server has closed are replaced and begin with it.
        """

        def send() -> None:
            while not self._done.wait(0.5):
                for number, connection in enumerate(connections):
                    try:
                        connection.sendall(piece)
                    except OSError:
                        if again and not self._done.is_set():
                            connections[number] = self.open(1, again)[0]

        threading.Thread(target=send, daemon=True).start()


def nothing(attack: Attack) -> None:
    """No attack: what an honest client sees otherwise."""


def silent(attack: Attack) -> None:
    """40 connections that never send a byte."""
    attack.open(40)


def dripping_heads(attack: Attack) -> None:
    """20 heads that arrive byte by byte."""
    attack.drip(attack.open(20, HEAD), b"X")


def dripping_bodies(attack: Attack) -> None:
    """20 bodies that arrive byte by byte."""
    attack.drip(attack.open(20, HEAD + LENGTH), b"{")


def too_many_bodies(attack: Attack) -> None:
    """More uploads than a process keeps connections, that arrive byte by byte."""
    attack.drip(attack.open(MAX_CONNECTIONS + 50, UPLOAD), b"x", again=UPLOAD)


def sign_ins(attack: Attack) -> None:
    """24 sign-ins at once, of accounts that do not exist, again and again."""
    for number in range(24):
        body = json.dumps({"email": f"m{number}@example.com", "password": "x" * 20})
        length = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        whole = HEAD + length % len(body) + body.encode()
        attack.drip(attack.open(1, whole), whole)


def schemas(attack: Attack) -> None:
    """48 requests of the API description, of clients that read nothing."""
    attack.open(48, GET % b"/api/schema")


def many_reads(attack: Attack) -> None:
    """200 reads at once, of one client."""
    attack.open(200, GET % b"/api/listings")


ATTACKS = [
    *(nothing, silent, dripping_heads, dripping_bodies, too_many_bodies),
    *(sign_ins, schemas, many_reads),
]


if __name__ == "__main__":
    sys.exit(main())
