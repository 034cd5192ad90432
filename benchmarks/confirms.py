"""Confirm tasks with held money beside tasks without, and read the history."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Barrier

from benchmarks import report
from benchmarks.held_tasks import Market, check_ledger
from benchmarks.scenarios import Scenario
from benchmarks.writes import timed
from tests.live.server import ROOT, Server

MAX_WAIT_S = 120
KINDS = (True, False)  # with held money, and without


def one_by_one(server: Server, *, rounds: int, count: int) -> dict:
    """Return the ratio of the times of `confirm`, one request after the other."""
    market = Market(workers=count)
    found: dict[bool, list[list[float]]] = {True: [], False: []}
    for _round in range(rounds):
        paths = {paid: market.tasks(paid=paid) for paid in KINDS}
        connection = server.connect()  # an old one was idle for too long
        times: dict[bool, list[float]] = {True: [], False: []}
        for pair in zip(*paths.values(), strict=True):
            for paid, path in zip(KINDS, pair, strict=True):
                took = timed(connection, path, b"{}", market.headers, status=200)
                times[paid].append(took)
        connection.close()
        for paid in KINDS:
            found[paid].append(times[paid])
    return report.time_ratio(
        "confirm with held money : without", found[True], found[False], most=1.5
    )


def at_once(server: Server, *, rounds: int, count: int) -> Iterator[dict]:
    """Yield the ratio of the throughputs of `count` confirmations at once.

    A worker runs beside the server, at the rate of production. It carries out the
    transfers of one burst, and all that follows from them, before the next one begins.
    """
    market = Market(workers=count)
    speeds: dict[bool, list[float]] = {True: [], False: []}
    # Before the worker starts: it would carry out the calls that they are made by.
    prepared = [
        (paid, market.tasks(paid=paid)) for _round in range(rounds) for paid in KINDS
    ]
    with worker(calls_per_second=20):
        for paid, paths in prepared:
            wait_for_jobs()
            speeds[paid].append(count / _burst(server, paths, market.headers))
            wait_for_jobs()
            _require_released(paths if paid else [])
    check_ledger()
    yield report.ratio(
        f"{count} releases at once : {count} confirmations",
        speeds[True],
        speeds[False],
        unit="/s",
        least=0.7,
    )


def _burst(server: Server, paths: list[str], headers: dict) -> float:
    """Return the seconds until all requests, sent at once, are answered."""
    # Connected before the clock starts: the requests arrive together.
    connections = [_connected(server) for _path in paths]
    start = Barrier(len(paths) + 1)

    def confirm(connection: HTTPConnection, path: str) -> None:
        start.wait()
        timed(connection, path, b"{}", headers, status=200)
        connection.close()

    with ThreadPoolExecutor(len(paths)) as executor:
        answers = [
            executor.submit(confirm, *each)
            for each in zip(connections, paths, strict=True)
        ]
        start.wait()
        began = time.perf_counter()
        for answer in answers:
            answer.result()
        return time.perf_counter() - began


def _connected(server: Server) -> HTTPConnection:
    connection = server.connect()
    connection.connect()
    return connection


def _require_released(paths: list[str]) -> None:
    from payments.models import Payment

    ids = [path.split("/")[3] for path in paths]
    payments = Payment.objects.filter(subject_id__in=ids)
    if payments.filter(status="released").count() != len(paths):
        raise RuntimeError("A payment is not released.")


def history(*, count: int) -> dict:
    """Return how many queries a page of the history of payments takes."""
    from benchmarks import in_process

    market = Market(workers=count)
    market.tasks(paid=True)
    page = Scenario("history", ["/api/payments/history"], reader="person")
    queries, size = in_process.cost(page, market.headers)
    return report.figure(
        "queries of a page of the history", [queries], most=4, ours=f"{size} bytes"
    )


@contextmanager
def worker(*, calls_per_second: int, number: int = 1) -> Iterator[None]:
    """Run `number` workers as processes."""
    environment = os.environ | {"PAYMENT_CALLS_PER_SECOND": str(calls_per_second)}
    command = [sys.executable, "manage.py", "worker"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment) for _each in range(number)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(MAX_WAIT_S)


def wait_for_jobs() -> None:
    """Wait until no job is due or runs. Raises `RuntimeError` after `MAX_WAIT_S`.

    Jobs of later stay: each call has one for the case that its process dies.
    """
    from jobs.models import Job

    deadline = time.monotonic() + MAX_WAIT_S
    running = Job.objects.filter(status=Job.Status.RUNNING)
    while Job.objects.due().exists() or running.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("The jobs are not done.")
        time.sleep(0.2)
