"""Compare WSGI servers and numbers of threads: `python -m benchmarks.servers`.

Runs the product under each server that is installed and measures the newest page,
details and a poll alternately. Only gunicorn is among the requirements: to compare
others, use the Python of an environment that has them.
"""

import logging
import os
import shutil
import sys
from contextlib import ExitStack
from importlib.util import find_spec

import django

from benchmarks import database
from benchmarks.load import alternate, burst
from tests.live.server import GUNICORN, HOST, Server, environment_with, serve

FIRST_PORT = int(os.environ.get("BENCH_PORT", 8210))
CONCURRENCIES = (8, 32)
ROUNDS, SECONDS = 3, 1
WORKERS = 2
RUN = [sys.executable, "-m"]
WSGI = "marketplace.wsgi:application"


def main() -> int:
    """Print the table; return 1 if a request failed."""
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk. First: apt-get install wrk")
    url = database.prepared("city")
    os.environ |= environment_with(database.environment(url))
    django.setup()
    logging.disable(logging.INFO)
    # These need DATABASE_URL in the environment.
    from benchmarks import in_process
    from benchmarks.scenarios import Scenario, baseline_scenarios
    from benchmarks.sign_in import DEMO, person

    chosen = {"tasks newest", "task detail", "task detail, signed in"}
    scenarios = [
        one for one in baseline_scenarios(in_process.get) if one.name in chosen
    ]
    poll = ["/api/messages/unread-count"]
    scenarios.append(Scenario("unread count", poll, reader="person"))
    failed = 0
    with ExitStack() as stack:
        started = _started(stack, database.served(url))
        # All servers have the same keys, so a token of one is good for all.
        signed_in = person(next(iter(started.values())), DEMO)
        print("| Server | Scenario | At once | Requests/s | Median ms | p95 ms |")
        print("|---|---|--:|--:|--:|--:|")
        for scenario in scenarios:
            headers = signed_in if scenario.reader else {}
            for server in started.values():  # warm up
                burst(server, scenario.paths, at_once=16, seconds=1, headers=headers)
            for at_once in CONCURRENCIES:
                figures = alternate(
                    [(server, headers) for server in started.values()],
                    scenario.paths,
                    rounds=ROUNDS,
                    at_once=at_once,
                    seconds=SECONDS,
                )
                for name, found in zip(started, figures, strict=True):
                    failed += found.failed
                    print(
                        f"| {name} | {scenario.name} | {at_once} | {found.rps:.0f}"
                        f" | {found.p50_ms:.1f} | {found.p95_ms:.1f} |",
                        flush=True,
                    )
    return int(failed > 0)


def _started(stack: ExitStack, environment: dict[str, str]) -> dict[str, Server]:
    """Start all servers; only the one under measurement is busy."""
    servers = {}
    for port, (name, how) in enumerate(_commands().items(), FIRST_PORT):
        workers, threads, command = how(port) if callable(how) else how
        servers[name] = stack.enter_context(
            serve(
                environment,
                workers=workers,
                threads=threads,
                port=port,
                command=command,
                ready_within=60,
            )
        )
    return servers


def _commands() -> dict:
    """Return by name (workers, threads, command), or a function of the port to that."""
    found = {
        f"gunicorn, our worker, {WORKERS} × {threads}": (WORKERS, threads, GUNICORN)
        for threads in (1, 4, 8)
    }
    gthread = [*GUNICORN, "--worker-class", "gthread", "--threads", "8", WSGI]
    found[f"gunicorn gthread, {WORKERS} × 8"] = (WORKERS, 8, gthread)
    for workers in (WORKERS, 2 * WORKERS):
        sync = [*GUNICORN, "--worker-class", "sync", WSGI]
        found[f"gunicorn sync, {workers}"] = (workers, 1, sync)
    if find_spec("granian"):
        found[f"granian WSGI, {WORKERS} × 4"] = _granian(4)
    return found


def _granian(threads: int):
    def command(port: int) -> tuple:
        at = ["--host", HOST, "--port", str(port), "--workers", str(WORKERS)]
        own = ["--interface", "wsgi", "--blocking-threads", str(threads)]
        return WORKERS, threads, [*RUN, "granian", *at, *own, WSGI]

    return command


if __name__ == "__main__":
    sys.exit(main())
