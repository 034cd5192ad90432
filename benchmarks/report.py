"""Print the figures, store them as JSON and write the documentation page."""

import json
import os
import platform
import re
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load import Figures
from benchmarks.markdown import lines
from tests.live.server import ROOT, Server

LATEST = ROOT / "benchmarks" / "latest.json"
RUNS = ROOT / "benchmarks" / "runs.json"
PAGE = ROOT / "docs" / "measurements" / "performance.md"


def row(
    data: dict, at_once: int, found: Figures, *, ratios=None, sql=None, bytes_=None
) -> dict:
    """Return one row of the figures; print it too.

    `ratios` are those of the rate to the rates of other servers, by name.
    """
    ratios = {name: round(ratio, 2) for name, ratio in (ratios or {}).items()}
    line = data | {
        "concurrency": at_once,
        "rps": round(found.rps, 1),
        "p50_ms": round(found.p50_ms, 2),
        "p95_ms": round(found.p95_ms, 2),
        "spread": found.spread and round(found.spread, 2),
        "baseline_ratio": ratios.get("baseline"),
        "plain_ratio": ratios.get("plain"),
        "sql": sql,
        "bytes": bytes_,
        "failed": found.failed,
    }
    print(
        f"{line['scenario']:34} {line['server']:8} {at_once:>3} at once"
        f" {line['rps']:>8} /s {line['p50_ms']:>8} ms {line['p95_ms']:>8} ms p95"
        f"  spread {line['spread'] or '-':>4}  of baseline"
        f" {line['baseline_ratio'] or '-':>5}  of plain {line['plain_ratio'] or '-':>5}"
        f"  sql {sql}  {bytes_} bytes  failed {found.failed}",
        flush=True,
    )
    return line


def growth_row(name: str, small: Figures, large: Figures) -> dict:
    """Return how the median of one list grew between two sizes; print it too."""
    line = {
        "scenario": name,
        "city_ms": round(small.p50_ms, 2),
        "million_ms": round(large.p50_ms, 2),
        "growth": round(large.p50_ms / small.p50_ms, 2) if small.p50_ms else None,
        "failed": small.failed + large.failed,
    }
    print(f"{name:34} {line['city_ms']} → {line['million_ms']} ms: {line['growth']}")
    return line


def time_ratio(name: str, ours: list[list], others: list[list], **bound) -> dict:
    """Return the ratio of the median times of each round, in ms; print it too."""
    medians = ([statistics.median(one) for one in times] for times in (ours, others))
    return ratio(name, *medians, unit=" ms", **bound)


def ratio(name: str, ours: list, others: list, *, unit: str = "", **bound) -> dict:
    """Return the ratio of two figures, one of each per round; print it too."""
    ratios = [one / other for one, other in zip(ours, others, strict=True)]
    measured = (f"{statistics.median(each):.1f}{unit}" for each in (ours, others))
    return figure(name, ratios, ours=" : ".join(measured), **bound)


def figure(
    name: str,
    values: list[float],
    *,
    most: float | None = None,
    least: float | None = None,
    ours: str = "",
) -> dict:
    """Return the median of a figure and whether it is within its bound; print it too.

    `ours` is what was measured, in words.
    """
    middle = statistics.median(values)
    line = {
        "figure": name,
        "measured": ours,
        "lowest": round(min(values), 2),
        "median": round(middle, 2),
        "highest": round(max(values), 2),
        "asked": f"at most {most}" if least is None else f"at least {least}",
        "holds": middle <= most if least is None else middle >= least,
    }
    print(json.dumps(line), flush=True)
    return line


def compare(ours: dict, baseline: Server, path: str) -> None:
    """Raise `RuntimeError` if the baseline answers differently from the product."""
    expected = fetch_json(baseline, path)
    for answer in (ours, expected):
        answer.pop("next_cursor", None)  # each server signs with its own key
    if ours != expected:
        raise RuntimeError(
            f"{path}: the baseline answers differently:\n{ours}\n{expected}"
        )


def fetch_json(server: Server, path: str) -> dict:
    """Return the decoded JSON of a GET to a server."""
    connection = server.connect()
    connection.request("GET", path)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def write(
    rows: list[dict],
    *,
    machine: dict[str, str],
    growth: list[dict],
    left_out: list[str],
) -> None:
    """Replace the figures of this size; keep those of the other sizes."""
    size = machine["Size"]
    other_sizes = [one for one in read(LATEST, []) if one["size"] != size]
    run = {"machine": machine, "growth": growth, "left_out": left_out}
    LATEST.write_text(json.dumps(other_sizes + rows, indent=1) + "\n")
    write_run(size, run)


def write_figures(name: str, rows: list[dict], *, machine: dict[str, str]) -> None:
    """Replace those of the figures in the run `name` that were measured anew."""
    measured = {row["figure"] for row in rows}
    others = read(RUNS, {}).get(name, {}).get("figures", [])
    kept = [row for row in others if row["figure"] not in measured]
    write_run(name, {"machine": machine, "figures": kept + rows})


def write_run(name: str, run: dict) -> None:
    """Store one run and write the page from all runs."""
    runs = read(RUNS, {}) | {name: run}
    RUNS.write_text(json.dumps(runs, indent=1) + "\n")
    PAGE.write_text("\n".join(lines(read(LATEST, []), runs)).rstrip() + "\n")


def read(path: Path, otherwise):
    """Return the decoded file at `path`, or `otherwise` if there is none."""
    return json.loads(path.read_text()) if path.exists() else otherwise


def machine(size: str, scope: str, settings: dict) -> dict[str, str]:
    """Describe the machine and the commit; call it before the run starts."""
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
        "Scenarios": scope,
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Commit": commit.stdout.strip() or "unknown",
        "Cores": str(os.cpu_count()),
        "Memory": f"{int(kib[1]) / 2**20:.0f} GiB" if kib else "unknown",
        "Python": platform.python_version(),
        "PostgreSQL": ", ".join(f"{name} {value}" for name, value in settings.items()),
    }
