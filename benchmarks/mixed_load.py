"""Concurrent requests of strangers, of a person who also writes, and of staff."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

from benchmarks import in_process, writes
from benchmarks.load import burst
from benchmarks.scenarios import Scenario, read_scenarios
from benchmarks.sign_in import headers_by_reader
from tests.live.server import Server

CONNECTIONS = {None: 4, "person": 3, "staff": 1}
MAX_PATHS_PER_SCENARIO = 40
TOGGLES, TASKS = 40, 10  # writes among the requests of the person


def load(server: Server, seconds: int) -> dict:
    """Run the load; return its description and the counts of requests and failures."""
    people = headers_by_reader(server)
    writes.ensure_conversations(people["person"])
    scenarios = read_scenarios(in_process.get, people["person"])
    with (
        writes.created_tasks_deleted(),
        ThreadPoolExecutor(len(CONNECTIONS)) as executor,
    ):
        futures = [
            executor.submit(
                burst,
                server,
                _request_lines(scenarios, reader),
                at_once=at_once,
                seconds=seconds,
                headers=people[reader],
            )
            for reader, at_once in CONNECTIONS.items()
        ]
        found = [future.result() for future in futures]
    return {
        "load": f"{sum(CONNECTIONS.values())} requests at once for {seconds} seconds",
        "requests": sum(figures.requests for figures in found),
        "failed": sum(figures.failed for figures in found),
    }


def _request_lines(scenarios: list[Scenario], reader: str | None) -> list[str]:
    """Return the requests of one reader in random order, in the format of load.lua."""
    words = [
        path
        for scenario in scenarios
        if scenario.reader == reader
        for path in random.sample(
            scenario.paths, min(MAX_PATHS_PER_SCENARIO, len(scenario.paths))
        )
    ]
    if reader == "person":
        words += [f"POST /api/tasks {json.dumps(writes.TASK)}"] * TASKS
        words += [
            f"POST /api/favorites {json.dumps(favorite)}" for favorite in _favorites()
        ]
    return random.sample(words, len(words))


def _favorites() -> list[dict]:
    rows = in_process.get(f"/api/tasks?per_page={TOGGLES}")["tasks"]
    return [{"item_type": "task", "item_id": row["id"]} for row in rows]
