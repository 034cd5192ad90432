"""Redis servers that refuse: real ones, and one that only knows how to refuse."""

import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

HOST = "127.0.0.1"
DEAD_PRIMARY = ("--replicaof", HOST, "1")
NO_ACCESS = ("ACL", "SETUSER", "default", "resetkeys", "resetchannels")


def _break_snapshots(client: redis.Redis, folder: str) -> None:
    client.config_set("save", "3600 1")
    shutil.rmtree(folder)  # the next snapshot fails, and Redis then refuses to write
    client.bgsave()
    while client.info("persistence")["rdb_last_bgsave_status"] != "err":
        time.sleep(0.02)


REFUSALS = {  # what the server answers: its options, and what is done to it
    "OOM": (("--maxmemory", "100kb", "--maxmemory-policy", "noeviction"), None),
    "READONLY": (DEAD_PRIMARY, None),
    "MASTERDOWN": ((*DEAD_PRIMARY, "--replica-serve-stale-data", "no"), None),
    "NOREPLICAS": (("--min-replicas-to-write", "1"), None),
    "NOAUTH": (("--requirepass", "secret"), None),
    "WRONGPASS": (("--requirepass", "secret"), None),
    "NOPERM": ((), lambda client, folder: client.execute_command(*NO_ACCESS)),
    "MISCONF": ((), _break_snapshots),
}


@contextmanager
def refusing_redis(code: str) -> Iterator[str]:
    """Run a redis-server that refuses with `code`; yield its URL."""
    options, prepare = REFUSALS[code]
    password = ":wrong@" if code == "WRONGPASS" else ""
    with own_redis(*options) as (url, folder):
        if prepare is not None:
            prepare(redis.Redis.from_url(url), folder)
        yield url.replace("redis://", f"redis://{password}")


@contextmanager
def own_redis(*options: str) -> Iterator[tuple[str, str]]:
    """Run a redis-server on a free port; yield its URL and its directory."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="redis-")
    own = ("--bind", HOST, "--port", str(port), "--save", "", "--dir", folder)
    process = subprocess.Popen(
        ["redis-server", *own, *options], stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"redis://{HOST}:{port}/0", folder
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int) -> None:
    for _try in range(200):
        with socket.socket() as client:
            if client.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("redis-server does not start")


@contextmanager
def scripted_redis(answer: str) -> Iterator[str]:
    """Run a server that answers everything with one error; yield its URL.

    For the errors that a real server gives for a moment only.
    """

    class Refuse(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while data := self.request.recv(65_536):
                commands = data.count(b"\r\n*") + 1  # of a pipeline
                self.request.sendall(f"-{answer}\r\n".encode() * commands)

    with socketserver.ThreadingTCPServer((HOST, 0), Refuse) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://{HOST}:{server.server_address[1]}/0"
        server.shutdown()
