"""Writes, sent one after the other, and conversations for the reads."""

import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter

from benchmarks import in_process
from benchmarks.load import Figures
from tests.live.server import Server

TIMES = 20
CONVERSATIONS, MESSAGES = 30, 60
TASK = {
    "title": "Saskrūvēt skapi",
    "description": "Instrumenti ir uz vietas.",
    "category": "assembly",
    "latitude": 56.95,
    "longitude": 24.1,
    "budget": 30,
}


def measured_writes(
    server: Server, person: dict[str, str], helper: dict[str, str]
) -> Iterator[tuple[str, Figures]]:
    """Yield the name and the figures of each kind of write; delete the rows after."""
    with created_tasks_deleted():
        created, answers = _one_by_one(server, [("/api/tasks", TASK)] * TIMES, person)
        yield "task create", created
        ids = [answer["task"]["id"] for answer in answers]
        applications = [(f"/api/tasks/{pk}/apply", {"message": "Varu."}) for pk in ids]
        applied, answers = _one_by_one(server, applications, helper)
        yield "task apply", applied
        favorites = [{"item_type": "task", "item_id": pk} for pk in ids]
        toggles = [("/api/favorites", favorite) for favorite in favorites + favorites]
        yield "favorite toggle", _one_by_one(server, toggles, helper)[0]
        chosen = [
            (f"/api/tasks/{pk}/applications/{answer['application']['id']}/accept", {})
            for pk, answer in zip(ids, answers, strict=True)
        ]
        yield "task accept", _one_by_one(server, chosen, person)[0]


@contextmanager
def created_tasks_deleted() -> Iterator[None]:
    """Delete the tasks created inside the block: the next run finds the same rows."""
    from tasks.models import TaskRequest  # needs DATABASE_URL in the environment

    newest = TaskRequest.objects.order_by("-pk").values_list("pk", flat=True)
    last = newest.first() or 0
    try:
        yield
    finally:
        TaskRequest.objects.filter(pk__gt=last, title=TASK["title"]).delete()


def ensure_conversations(person: dict[str, str]) -> None:
    """Ensure that the person has conversations with others, one of them long."""
    address = "/api/messages/conversations"
    if len(in_process.get(address, person)["conversations"]) >= CONVERSATIONS:
        return
    tasks = in_process.get("/api/tasks?per_page=50")["tasks"]
    own = in_process.get("/api/auth/profile", person)["id"]
    others = sorted({task["creator_id"] for task in tasks} - {own})[:CONVERSATIONS]
    for user_id in others:
        data = {"user_id": user_id, "message": "Labdien!"}
        conversation = in_process.post(address, data, person)["conversation"]
    for _message in range(MESSAGES):
        in_process.post(
            f"{address}/{conversation['id']}/messages",
            {"content": "Vai rīt der?"},
            person,
        )


def _one_by_one(
    server: Server, requests: list[tuple[str, dict]], headers: dict[str, str]
) -> tuple[Figures, list[dict]]:
    """POST each request after the other; return the figures and the answers."""
    connection, took, answers, failed = server.connect(seconds=10), [], [], 0
    for path, body in requests:
        started = perf_counter()
        status, answer = _posted(connection, path, body, headers)
        took.append((perf_counter() - started) * 1000)
        answers.append(answer)
        failed += status >= 400
    connection.close()
    p95 = sorted(took)[int(len(took) * 0.95)]
    rps = 1000 * len(took) / sum(took)
    return Figures(len(took), rps, statistics.median(took), p95, failed), answers


def _posted(connection: HTTPConnection, path, body, headers) -> tuple[int, dict]:
    headers = headers | {"Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def timed(
    connection: HTTPConnection, path: str, body: bytes, headers: dict, *, status: int
) -> float:
    """Return the milliseconds of a POST. Raises `RuntimeError` for another status."""
    headers = headers | {"Content-Type": "application/json"}
    started = perf_counter()
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    took = (perf_counter() - started) * 1000
    if response.status != status:
        raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
    return took
