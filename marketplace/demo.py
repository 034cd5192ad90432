"""Run the demo: a server and a worker, run by `make demo`.

The last lines that it prints are the address and the accounts, as soon as the server
answers.
"""

import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from types import FrameType

import django
from django.conf import settings

from core.env import load_settings
from marketplace.server import listen

HOST = "127.0.0.1"
START_TIMEOUT_S = 60
SERVER, WORKER = ["-m", "marketplace.server"], ["manage.py", "worker"]


def main() -> int:
    """Run both until one ends, or SIGINT or SIGTERM; return the exit status.

    Exits with a sentence if a setting is wrong or the port is in use.
    """
    load_settings()
    port = settings.PORT
    # Before anything starts: another server at this port would answer as if it were
    # this one, and the worker would begin to work.
    listen(HOST, port).close()
    environment = os.environ | {"HOST": HOST, "PORT": str(port)}
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    # The worker logs only what fails: the address and the accounts stay in sight.
    quiet = {"LOG_LEVEL": "WARNING"} | environment
    processes = [
        subprocess.Popen([sys.executable, *command], env=variables)
        for command, variables in ((SERVER, environment), (WORKER, quiet))
    ]
    django.setup()  # the accounts of the greeting stand beside models
    try:
        if _is_ready(port, processes):
            print(greeting(port), flush=True)  # noqa: T201
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
        return next(filter(None, (process.poll() for process in processes)), 0)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def greeting(port: int) -> str:
    """Return the address, and the accounts with which one may sign in."""
    from seed.people import DEMO_PASSWORD, DEMO_ROLES  # needs the apps

    width = max(map(len, DEMO_ROLES)) + len("@example.com")
    accounts = (
        f"    {f'{name}@example.com':{width}}  {role}"
        for name, role in DEMO_ROLES.items()
    )
    return "\n".join(
        (
            "",
            f"  Open http://{HOST}:{port}",
            f"  Sign in with the password {DEMO_PASSWORD} as",
            *accounts,
            "",
        )
    )


def _is_ready(port: int, processes: list[subprocess.Popen]) -> bool:
    """Wait until the server answers; return False if it does not."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and processes[0].poll() is None:
        connection = HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                # Another server may have taken the port in between, and answer here.
                return all(process.poll() is None for process in processes)
        except (OSError, HTTPException):
            pass  # not yet
        finally:
            connection.close()
        time.sleep(0.2)
    return False


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
