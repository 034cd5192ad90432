"""gunicorn in production: processes with threads, for everything but `/ws`."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from core.env import Environment
from core.web.log_config import configuration
from core.web.ports import cannot_listen

env = Environment(Path(__file__).parent / ".env")

wsgi_app = "marketplace.asgi:http"
own_host, own_port = env.str("HOST", "127.0.0.1"), env.int("PORT", 8000, at_most=65_535)
bind = f"{own_host}:{own_port}"
workers = env.positive("WEB_CONCURRENCY", 1)
worker_class = "marketplace.serving.worker.Worker"  # with WEB_THREADS threads
timeout = 30  # of a loop that does not answer
graceful_timeout = 20  # seconds after SIGTERM for open requests
control_socket_disable = True  # two servers of one user would share its path
logconfig_dict = configuration(
    as_json=env.bool("LOG_JSON", not env.bool("DEBUG", False)),
    level=env.log_level("LOG_LEVEL", "INFO"),
)


def exit_unless_port_is_free() -> None:
    """Exit with 1 and one sentence if another program listens on the port.

    gunicorn would try for five seconds and log each attempt.
    """
    if {"GUNICORN_FD", "LISTEN_FDS"} & os.environ.keys():  # the socket is inherited
        return
    try:
        socket.create_server((own_host, own_port)).close()
    except OSError as error:
        raise SystemExit(cannot_listen(own_host, own_port, error)) from None


class WithoutAccessLog(Logger):
    """RequestIdMiddleware writes the access log.

    gunicorn would still format a line per request and then drop it.
    """

    access_log_enabled = False


logger_class = WithoutAccessLog


def on_starting(arbiter: Arbiter) -> None:
    """Exit with one message if a setting is wrong, or the port is taken.

    Not called on a reload, when this server itself has the port.
    """
    # In a process of its own: after SIGHUP the new workers would inherit settings that
    # this process has loaded. The number of workers may come from the command line.
    environment = os.environ | {"WEB_CONCURRENCY": str(arbiter.cfg.workers)}
    check = "from core.env import load_and_check; load_and_check()"
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=Path(__file__).parent,
        env=environment,
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    exit_unless_port_is_free()
    if env.str("METRICS_TOKEN", ""):
        # Each worker writes a file of its own here, and any of them answers for all.
        folder = tempfile.mkdtemp(prefix="marketplace-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def child_exit(arbiter: Arbiter, worker: Worker) -> None:
    """Forget the gauges of a worker that has ended; its counters stay counted."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(arbiter: Arbiter) -> None:
    """Delete the directory of the metrics."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
