"""A database that other threads and processes can use, and workers as processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """Return its URL. On SQLite the database in memory is replaced by a file."""
    config = connection.settings_dict
    if connection.vendor == "postgresql":
        at = f"{config['HOST']}:{config['PORT'] or 5432}"
        user = f"{config['USER']}:{config['PASSWORD']}"
        yield f"postgres://{user}@{at}/{config['NAME']}"
        return
    file = tmp_path / "market.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    memory = connection.connection, config["NAME"]
    connection.connection, config["NAME"] = None, str(file)
    connection.ensure_connection()  # alone: a switch to the write-ahead log can't wait
    yield f"sqlite:///{file}"
    connection.close()
    connection.connection, config["NAME"] = memory


@pytest.fixture
def start_worker(shared_database, tmp_path):
    """`start_worker()` starts a worker process, which is killed after the test."""
    started = []
    environment = os.environ | {"DATABASE_URL": shared_database, "LOG_LEVEL": "INFO"}

    def start() -> subprocess.Popen:
        log = (tmp_path / f"log-{len(started)}").open("wb")
        command = [sys.executable, "-m", "jobs.tests.run_worker"]
        options = {"cwd": ROOT, "env": environment, "stdout": log, "stderr": log}
        started.append(subprocess.Popen(command, **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(happened: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
