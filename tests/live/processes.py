"""Processes that a script stops and starts again: a server, a worker, a Redis.

Each keeps its port, so that its clients can connect again.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import redis

from tests.live.server import (
    HOST,
    ROOT,
    Server,
    environment_with,
    free_port,
    serve,
    stop,
)

EMBEDDED = [sys.executable, "-m", "marketplace.server"]  # REST and /ws
WORKER = [sys.executable, "manage.py", "worker"]
ADMIN = ("admin", "on", "nopass", "+@all", "~*", "&*")  # a user of Redis


class OwnServer:
    """One server process for REST and WebSockets."""

    def __init__(self, environment: dict[str, str]):
        self.port = free_port()
        self._environment = environment
        self._running = ExitStack()

    def start(self) -> Server:
        running = serve(self._environment, port=self.port, command=EMBEDDED)
        return self._running.enter_context(running)

    def stop(self) -> None:
        self._running.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.stop()


class ManagedProcess:
    """A process. `start` waits for its port, if it has one."""

    command: list[str] = []
    port = 0
    root = ROOT

    def __init__(self, environment: dict[str, str] | None = None):
        self._environment = environment_with(environment or {})
        self._folder = tempfile.TemporaryDirectory(prefix="process-")
        self.log = Path(self._folder.name) / "log"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.root,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self.port:
            wait_for_port(self.port)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Send SIGSTOP: it keeps its connections and answers nothing until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            stop(self._process)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.stop()
        self._folder.cleanup()


class Worker(ManagedProcess):
    """`manage.py worker`."""

    command = WORKER


class OwnRedis(ManagedProcess):
    """A Redis without persistence on a free port."""

    def __init__(self):
        super().__init__()
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self.command = [
            *("redis-server", "--bind", HOST, "--port", str(self.port)),
            *("--save", "", "--appendonly", "no"),
            *("--user", *ADMIN),
        ]

    def commands(self, command: str, down: str, up: str) -> tuple[Callable, Callable]:
        """Return functions that run a command with arguments for an outage, and after.

        As a user of its own, which keeps its rights when others lose theirs.
        """
        client = redis.Redis.from_url(self.url, username="admin", password="any")
        return tuple(
            partial(client.execute_command, *command.split(), *arguments.split())
            for arguments in (down, up)
        )


def wait_for_port(port: int, seconds: float = 10) -> None:
    """Wait until something listens on `port`. Raises `OSError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
