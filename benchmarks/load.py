"""Load on a server of this machine, from wrk in a process of its own."""

import json
import statistics
import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter

from tests.live.server import HOST

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass
class Figures:
    rps: float
    p50_ms: float
    p95_ms: float
    failed: int


def burst(
    port: int, paths: list[str], *, at_once: int, seconds: int, token: str | None = None
) -> Figures:
    """Ask for `paths` in turn on `at_once` connections for some seconds."""
    sign_in = ["-H", f"Authorization: Bearer {token}"] if token else []
    command = ["wrk", "-t1", f"-c{at_once}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), *sign_in, f"http://{HOST}:{port}", "--", *paths]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=seconds + 20
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    rps = told["requests"] / told["seconds"]
    return Figures(rps, told["p50_ms"], told["p95_ms"], told["failed"])


def together(bursts: list[Figures]) -> Figures:
    """The median of several bursts, and all their failures."""
    return Figures(
        statistics.median(one.rps for one in bursts),
        statistics.median(one.p50_ms for one in bursts),
        statistics.median(one.p95_ms for one in bursts),
        sum(one.failed for one in bursts),
    )


def one_by_one(
    port: int, requests: list[tuple[str, dict]], token: str
) -> tuple[Figures, list[dict]]:
    """POST each request after the other; the figures and the answers."""
    connection = HTTPConnection(HOST, port, timeout=10)
    took, answers, failed = [], [], 0
    for path, body in requests:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        started = perf_counter()
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        answers.append(json.loads(response.read()))
        took.append((perf_counter() - started) * 1000)
        failed += response.status >= 400
    connection.close()
    p95 = sorted(took)[int(len(took) * 0.95)]
    rps = 1000 * len(took) / sum(took)
    return Figures(rps, statistics.median(took), p95, failed), answers
