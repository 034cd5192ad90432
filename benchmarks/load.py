"""Load on a server of this machine, from wrk in a process of its own."""

import json
import random
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import wait_until_idle
from tests.live.server import HOST, Server

LONGEST = 8  # seconds of a burst that was made longer to count something
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass
class Figures:
    requests: int
    rps: float
    p50_ms: float
    p95_ms: float
    failed: int


def burst(
    server: Server,
    paths: list[str],
    *,
    at_once: int,
    seconds: int,
    headers: dict[str, str] | None = None,
) -> Figures:
    """Ask for `paths` in turn on `at_once` connections for some seconds.

    It takes longer if there would be little to count. What wrk leaves behind may end
    before the next burst; a burst without any answer counts as a failure.
    """
    signed = [f"-H{name}: {value}" for name, value in (headers or {}).items()]
    command = ["wrk", "-t1", f"-c{at_once}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), *signed, f"http://{HOST}:{server.port}", "--"]
    done = subprocess.run(
        [*command, *paths],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 20,
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    wait_until_idle(server.process.pid)
    asked, rps = told["requests"], told["requests"] / told["seconds"]
    if asked < 2 * at_once and seconds < LONGEST:
        how = {"at_once": at_once, "seconds": LONGEST, "headers": headers}
        return burst(server, paths, **how)
    failed = told["failed"] + (asked == 0)
    return Figures(asked, rps, told["p50_ms"], told["p95_ms"], failed)


def in_turn(
    asked: list[tuple[Server, dict[str, str]]], paths: list[str], *, rounds: int, **how
) -> list[Figures]:
    """Of each server, asked with its headers, the median of its bursts.

    In one round all are asked for the same paths in the same order.
    """
    found = [[] for _server in asked]
    for _round in range(rounds):
        shuffled = random.sample(paths, len(paths))
        for (server, headers), bursts in zip(asked, found, strict=True):
            bursts.append(burst(server, shuffled, headers=headers, **how))
    return [together(bursts) for bursts in found]


def together(bursts: list[Figures]) -> Figures:
    """The median of several bursts, and all their failures."""
    return Figures(
        sum(one.requests for one in bursts),
        statistics.median(one.rps for one in bursts),
        statistics.median(one.p50_ms for one in bursts),
        statistics.median(one.p95_ms for one in bursts),
        sum(one.failed for one in bursts),
    )
