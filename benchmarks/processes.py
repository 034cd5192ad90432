"""Memory and CPU time of a server's workers, from /proc; empty without /proc."""

import re
from pathlib import Path
from time import monotonic, sleep

TICKS_FIELDS = slice(11, 13)  # user and system time, counted after the process name


def workers_of(parent: int) -> list[int]:
    """Return the process ids of the children of `parent`."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in children.read_text().split()]


def memory_of(process: int) -> tuple[float, float]:
    """Return the resident memory and the proportional share (RSS, PSS) in MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = (re.search(rf"^{name}: +(\d+) kB", text, re.M) for name in ("Rss", "Pss"))
    return tuple(int(match[1]) / 1024 for match in found)


def wait_until_idle(parent: int, *, timeout_s: float = 60) -> None:
    """Wait until the workers use no CPU: abandoned requests are finished by then."""
    deadline = monotonic() + timeout_s
    before = None
    while Path("/proc/self").exists() and monotonic() < deadline:
        now = sum(map(_ticks, workers_of(parent)))
        if before is not None and now - before <= 1:
            return
        before = now
        sleep(0.15)


def _ticks(process: int) -> int:
    data = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, data[TICKS_FIELDS]))


def peak_memory_of(process: int) -> float:
    """Return the highest resident memory so far in MB; 0 once it has ended."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1024 if found else 0
