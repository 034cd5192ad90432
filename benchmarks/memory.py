"""Check that the memory of the workers stays flat: `make bench-memory MINUTES=10`.

wrk sends reads and writes for a fixed time, and somebody hostile beside it requests of
which none comes twice; the memory of each worker is read from /proc every ten seconds.
The exit status is 1 if the peak of the last third exceeds the peak of the first third
by more than `GROWTH` and `SLACK_MB`, or if a request failed.
"""

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import django

from benchmarks import database, hostile_load, report
from benchmarks.markdown import MEMORY
from benchmarks.processes import memory_of, workers_of
from tests.live.server import Server, environment_with, serve

WARM_UP_S, SAMPLE_INTERVAL_S = 60, 10
GROWTH, SLACK_MB = 1.05, 5
PORT = int(os.environ.get("BENCH_PORT", 8210))


@dataclass(frozen=True)
class Sample:
    """The memory of one worker at one moment."""

    at: float  # seconds since the start
    worker: int  # its process id
    rss_mb: float
    pss_mb: float


def main() -> int:
    """Run the check; return the exit status."""
    parser = argparse.ArgumentParser(description="Is the memory of the workers flat?")
    parser.add_argument("--size", choices=("small", "city", "million"), default="city")
    parser.add_argument("--minutes", type=int, default=10, help="At least 2.")
    options = parser.parse_args()
    if not shutil.which("wrk") or not Path("/proc/self/smaps_rollup").exists():
        sys.exit("This needs wrk (apt-get install wrk) and Linux.")
    url = database.prepared(options.size)
    os.environ |= environment_with(database.environment(url))
    django.setup()
    # They need DATABASE_URL in the environment.
    from benchmarks import mixed_load, sign_in
    from seed.plan import HELPER

    machine = report.machine(options.size, "all, mixed", database.settings(url))
    logging.disable(logging.INFO)
    seconds = max(options.minutes, 2) * 60
    with ExitStack() as stack:
        server = stack.enter_context(serve(database.served(url), port=PORT))
        executor = stack.enter_context(ThreadPoolExecutor(2))
        load = executor.submit(mixed_load.load, server, seconds)
        person = sign_in.person(server, HELPER)
        hostile = executor.submit(hostile_load.send, server, seconds, person)
        samples = list(_samples(server, seconds))
        result = load.result()
    for name, number in hostile.result().items():
        result[f"hostile_{name}"] = number
    workers = [_peaks_by_third(samples, worker) for worker in sorted(_ids(samples))]
    report.write_run(MEMORY, {"machine": machine, "workers": workers} | result)
    return _exit_status(workers, result)


def _samples(server: Server, seconds: int) -> Iterator[Sample]:
    started = monotonic()
    while (at := monotonic() - started) < seconds:
        for worker in workers_of(server.process.pid):
            yield Sample(at, worker, *memory_of(worker))
        sleep(SAMPLE_INTERVAL_S)


def _ids(samples: list[Sample]) -> set[int]:
    return {sample.worker for sample in samples}


def _peaks_by_third(samples: list[Sample], worker: int) -> dict:
    """Return the peak memory of each third of the run after the warm-up, in MB."""
    own = [one for one in samples if one.worker == worker]
    warm = [one.rss_mb for one in own if one.at >= WARM_UP_S]
    cuts = [round(part * len(warm) / 3) for part in range(4)]
    peaks = [max(warm[a:b]) for a, b in pairwise(cuts)]
    return {
        "worker": worker,
        "rss_mb": [round(peak, 1) for peak in peaks],
        "pss_mb": round(max(one.pss_mb for one in own), 1),
    }


def _exit_status(workers: list[dict], result: dict) -> int:
    print(f"{result['requests']} requests, {result['failed']} failed")
    hostile, failed = result["hostile_requests"], result["hostile_failed"]
    print(f"{hostile} hostile requests, {failed} failed")
    grew = False
    for one in workers:
        first, _second, last = one["rss_mb"]
        print(f"worker {one['worker']}: {one['rss_mb']} MB, share {one['pss_mb']} MB")
        grew |= last > first * GROWTH + SLACK_MB
    return int(grew or result["failed"] + failed > 0)


if __name__ == "__main__":
    sys.exit(main())
