"""What /proc tells of a server's workers; nothing where there is none."""

import re
from pathlib import Path
from time import monotonic, sleep

TICKS_FIELDS = slice(11, 13)  # of user and system time, after the name


def workers_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in children.read_text().split()]


def memory_of(process: int) -> tuple[float, float]:
    """Resident memory, and its proportional share, in MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = (re.search(rf"^{name}: +(\d+) kB", text, re.M) for name in ("Rss", "Pss"))
    return tuple(int(match[1]) / 1024 for match in found)


def wait_until_idle(parent: int, *, at_most: float = 60) -> None:
    """Wait while a server still works on what nobody waits for any more."""
    deadline = monotonic() + at_most
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
