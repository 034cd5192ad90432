"""Start the real server on a free port of this machine, and stop it in any case."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

DEVELOPMENT = {"DEBUG": "true"}  # unless the environment says otherwise
ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
STOP_SECONDS = 25  # longer than the server's own time to finish requests


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen
    log: Path  # its output; deleted with the server

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def connect(self, *, seconds: float = 60) -> HTTPConnection:
        """A connection that waits at most `seconds` for each answer."""
        return HTTPConnection(HOST, self.port, timeout=seconds)

    def is_ready(self) -> bool:
        """Return whether `/ready` answers 200."""
        connection = self.connect(seconds=5)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def serve(
    environment: dict[str, str],
    *,
    workers: int = 2,
    threads: int = 8,
    ready_within: float = 30,
    port: int | None = None,
    command: list[str] | None = None,
    root: Path = ROOT,
) -> Iterator[Server]:
    """Run gunicorn as in production, with `environment` added to that of this process.

    Without a `port` it uses a free one; `command` replaces gunicorn, and `root` this
    checkout. The database must be migrated: see `manage`. Raises `RuntimeError` with
    the end of the log if the server is not ready in time.
    """
    port = port or free_port()
    own = {
        "HOST": HOST,
        "PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "WEB_THREADS": str(threads),
        "DB_POOL_MAX": str(threads),
    }
    with tempfile.TemporaryDirectory(prefix="server-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command or GUNICORN,
                cwd=root,
                env=environment_with(own | environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that its workers can be stopped with it
            )
        server = Server(port, process, log)
        try:
            _wait_until_ready(server, seconds=ready_within)
            yield server
        finally:
            stop(process)


def manage(
    environment: dict[str, str],
    *arguments: str,
    seconds: float = 600,
    root: Path = ROOT,
    **more,
) -> subprocess.CompletedProcess:
    """Run a management command; return how it ended.

    `more` goes to `subprocess.run`. Raises `CalledProcessError` if the command fails.
    """
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=root,
        env=environment_with(environment),
        check=True,
        timeout=seconds,
        **more,
    )


def environment_with(own: dict[str, str]) -> dict[str, str]:
    """Return the environment of this process with `own`, for another one.

    A `…_FILE` of the same name would win over a value of `own`: a script would use the
    database of whoever starts it.
    """
    files = {f"{name}_FILE": "" for name in own}
    return DEVELOPMENT | os.environ | files | own


def free_port() -> int:
    """Return a port that nothing listens on right now."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return taken.getsockname()[1]


def _wait_until_ready(server: Server, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not server.is_ready():
        ended = server.process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{tail(server.log)}")
        time.sleep(0.1)


def tail(log: Path, lines: int = 40) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stop(process: subprocess.Popen) -> None:
    """Send SIGTERM; after `STOP_SECONDS` kill the process with its workers."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
