"""Servers and commands that start while others do, or where others are."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from tests.live.database import scratch_database
from tests.live.server import GUNICORN, HOST, ROOT, environment_with

DEMO = [sys.executable, "-m", "marketplace.demo"]
UVICORN = [sys.executable, "-m", "marketplace.server"]
START = "python manage.py migrate_together -v 0 && python manage.py seed --if-empty"


@contextmanager
def empty_database(folder):
    """Yield the URL of a database of the engine that the tests use."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'market.sqlite3'}"
    else:
        own = connection.get_connection_params()
        server = f"postgres://{own['user']}@{own['host']}:{own['port']}/postgres"
        server = os.environ.get("DATABASE_URL", server)
        with scratch_database(server, template="template1") as url:
            yield url


def people(url: str) -> int:
    code = "from accounts.models import User; print(User.objects.count())"
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    own = environment_with({"DATABASE_URL": url})
    return int(subprocess.check_output(shell, cwd=ROOT, env=own, text=True))


def test_two_containers_that_start_at_once_seed_once(tmp_path):
    """K4: both end with 0, and the second one finds the data of the first."""
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(tmp_path))
        own = {"DATABASE_URL": url, "UPLOADS_DIR": str(tmp_path), "REDIS_URL": ""}
        path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
        both = [
            subprocess.Popen(
                ["sh", "-c", START],
                cwd=ROOT,
                env=environment_with(own | {"PATH": path}),
                stdout=subprocess.PIPE,
                text=True,
            )
            for _container in range(2)
        ]
        outputs = [process.communicate(timeout=300)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0]
        assert sum("Seeded" in output for output in outputs) == 1
        assert people(url) < 100


@pytest.mark.parametrize(
    "command", [UVICORN, GUNICORN, DEMO], ids=["uvicorn", "gunicorn", "demo"]
)
def test_a_port_in_use_is_one_sentence(command, tmp_path):
    """K4: no traceback, exit status 1, and nothing that was started before."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        own = {
            "HOST": HOST,
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'market.sqlite3'}",
            "LOG_LEVEL": "ERROR",
        }
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment_with(own),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    sentence = f"Cannot listen on {HOST}, port {port}: another program does. "
    *others, last = done.stderr.splitlines()
    assert last == f"{sentence}Stop it, or set PORT to a free port."
    assert not [line for line in others if "Starting gunicorn" not in line]
