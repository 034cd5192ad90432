"""What was measured: printed, as JSON, and as a page of the documentation."""

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load import Figures
from tests.live.server import ROOT, Server

LATEST = ROOT / "benchmarks" / "latest.json"
RUNS = ROOT / "benchmarks" / "runs.json"
PAGE = ROOT / "docs" / "performance.md"
COLUMNS = {
    "scenario": "Scenario",
    "concurrency": "At once",
    "rps": "Requests/s",
    "p50_ms": "Median ms",
    "p95_ms": "p95 ms",
    "floor_ratio": "Of the floor",
    "sql": "SQL",
    "bytes": "Bytes",
    "failed": "Failed",
}
INTRODUCTION = """\
# Performance

Written by `make bench`; not edited by hand. Each figure is the median of short bursts
by wrk over loopback on the product under `gunicorn.conf.py`, 2 workers of 8 threads,
set up as in production. The *floor* answers the same three requests with hand-written
SQL through a psycopg pool, orjson and a plain WSGI function, on the same server; both
are asked in turn in one run, and their answers are compared first. The load shares the
machine's cores with the servers and the database.
"""


def row(
    facts: dict, at_once: int, found: Figures, *, ratio=None, sql=None, bytes_=None
) -> dict:
    """One line of the figures, which it prints too."""
    line = facts | {
        "concurrency": at_once,
        "rps": round(found.rps, 1),
        "p50_ms": round(found.p50_ms, 2),
        "p95_ms": round(found.p95_ms, 2),
        "floor_ratio": None if ratio is None else round(ratio, 2),
        "sql": sql,
        "bytes": bytes_,
        "failed": found.failed,
    }
    print(
        f"{line['scenario']:34} {at_once:>3} at once {line['rps']:>8} /s"
        f" {line['p50_ms']:>8} ms {line['p95_ms']:>8} ms p95"
        f"  floor {line['floor_ratio'] or '-':>5}  sql {sql}  {bytes_} bytes"
        f"  failed {found.failed}",
        flush=True,
    )
    return line


def grown(name: str, small: Figures, large: Figures) -> dict:
    """How the median of one list grew, printed too."""
    line = {
        "scenario": name,
        "city_ms": round(small.p50_ms, 2),
        "million_ms": round(large.p50_ms, 2),
        "growth": round(large.p50_ms / small.p50_ms, 2),
        "failed": small.failed + large.failed,
    }
    print(f"{name:34} {line['city_ms']} → {line['million_ms']} ms: {line['growth']}")
    return line


def compare(ours: dict, floor: Server, path: str) -> None:
    """Refuse to measure a floor that does other work than the product."""
    connection = floor.connect()
    connection.request("GET", path)
    floors = json.loads(connection.getresponse().read())
    connection.close()
    for answer in (ours, floors):
        answer.pop("next_cursor", None)  # signed with a key of each one's own
    if ours != floors:
        raise RuntimeError(f"{path}: the floor gives another answer:\n{ours}\n{floors}")


def write(rows: list[dict], growth: list[dict], *, machine: dict[str, str]) -> None:
    """Keep what other sizes measured, replace what this one did."""
    measured = {(line["scenario"], line["size"]) for line in rows}
    old = _read(LATEST, [])
    kept = [one for one in old if (one["scenario"], one["size"]) not in measured]
    runs = _read(RUNS, {})
    size = machine["Size"]
    growth = growth or runs.get(size, {}).get("growth", [])
    runs[size] = {"machine": machine, "growth": growth}
    LATEST.write_text(json.dumps(kept + rows, indent=1) + "\n")
    RUNS.write_text(json.dumps(runs, indent=1) + "\n")
    PAGE.write_text("\n".join(_page(kept + rows, runs)) + "\n")


def _read(path: Path, otherwise):
    return json.loads(path.read_text()) if path.exists() else otherwise


def _page(rows: list[dict], runs: dict) -> list[str]:
    lines = [INTRODUCTION]
    for size, run in runs.items():
        lines += [f"## Size {size}", ""]
        lines += [f"- {name}: {value}" for name, value in run["machine"].items()]
        lines += ["", *_table([row for row in rows if row["size"] == size]), ""]
        lines += _growth(run["growth"])
    return lines


def _growth(growth: list[dict]) -> list[str]:
    if not growth:
        return []
    return [
        "### From 10 k rows to this size",
        "",
        "The median of one reader at a time, in turn on both databases.",
        "",
        "| List | City ms | Million ms | Growth |",
        "|---|--:|--:|--:|",
        *(
            f"| {g['scenario']} | {g['city_ms']} | {g['million_ms']} | {g['growth']} |"
            for g in growth
        ),
        "",
    ]


def _table(rows: list[dict]) -> list[str]:
    head = f"| {' | '.join(COLUMNS.values())} |"
    rule = f"|---|{'--:|' * (len(COLUMNS) - 1)}"
    cells = (["" if r[c] is None else str(r[c]) for c in COLUMNS] for r in rows)
    return [head, rule, *(f"| {' | '.join(line)} |" for line in cells)]


def machine(size: str, scenarios: str, settings: dict) -> dict[str, str]:
    """What a run is made on; ask before it begins."""
    memory = Path("/proc/meminfo")
    kib = (
        re.search(r"MemTotal:\s+(\d+)", memory.read_text()) if memory.exists() else None
    )
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return {
        "Size": size,
        "Scenarios": scenarios,
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Commit": commit.stdout.strip() or "unknown",
        "Cores": str(os.cpu_count()),
        "Memory": f"{int(kib[1]) / 2**20:.0f} GiB" if kib else "unknown",
        "Python": platform.python_version(),
        "PostgreSQL": ", ".join(f"{name} {value}" for name, value in settings.items()),
    }
