"""Everything at once for some minutes: strangers, a person who writes, and staff."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

from benchmarks import inside, writes
from benchmarks.load import burst
from benchmarks.scenarios import Scenario, read_scenarios
from benchmarks.visitors import visitors
from tests.live.server import Server

AT_ONCE = {None: 4, "person": 3, "staff": 1}
EACH = 40  # at most as many paths of one scenario
TOGGLES, TASKS = 40, 10  # among the person's requests


def load(server: Server, seconds: int) -> dict:
    """What it was, and how many requests were made and failed."""
    people = visitors(server)
    writes.make_talks(people["person"])
    scenarios = read_scenarios(inside.get, people["person"])
    with writes.tidied(), ThreadPoolExecutor(len(AT_ONCE)) as crowd:
        asked = [
            crowd.submit(
                burst,
                server,
                _words(scenarios, reader),
                at_once=at_once,
                seconds=seconds,
                headers=people[reader],
            )
            for reader, at_once in AT_ONCE.items()
        ]
        found = [future.result() for future in asked]
    return {
        "load": f"{sum(AT_ONCE.values())} requests at once for {seconds} seconds",
        "requests": sum(figures.requests for figures in found),
        "failed": sum(figures.failed for figures in found),
    }


def _words(scenarios: list[Scenario], reader: str | None) -> list[str]:
    """All that this reader asks for, in one order by chance."""
    words = [
        path
        for scenario in scenarios
        if scenario.reader == reader
        for path in random.sample(scenario.paths, min(EACH, len(scenario.paths)))
    ]
    if reader == "person":
        words += [f"POST /api/tasks {json.dumps(writes.TASK)}"] * TASKS
        words += [f"POST /api/favorites {json.dumps(mark)}" for mark in _marks()]
    return random.sample(words, len(words))


def _marks() -> list[dict]:
    rows = inside.get(f"/api/tasks?per_page={TOGGLES}")["tasks"]
    return [{"item_type": "task", "item_id": row["id"]} for row in rows]
