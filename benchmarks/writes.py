"""Writes, one after the other, whose tasks are taken back; and talks to read."""

import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter

from benchmarks import inside
from benchmarks.load import Figures
from tests.live.server import Server

TIMES = 20
TALKS, MESSAGES = 30, 60
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
    with tidied():
        created, answers = _one_by_one(server, [("/api/tasks", TASK)] * TIMES, person)
        yield "task create", created
        ids = [answer["task"]["id"] for answer in answers]
        asked = [(f"/api/tasks/{pk}/apply", {"message": "Varu."}) for pk in ids]
        applied, answers = _one_by_one(server, asked, helper)
        yield "task apply", applied
        marks = [{"item_type": "task", "item_id": pk} for pk in ids]
        toggles = [("/api/favorites", mark) for mark in marks + marks]
        yield "favorite toggle", _one_by_one(server, toggles, helper)[0]
        chosen = [
            (f"/api/tasks/{pk}/applications/{answer['application']['id']}/accept", {})
            for pk, answer in zip(ids, answers, strict=True)
        ]
        yield "task accept", _one_by_one(server, chosen, person)[0]


@contextmanager
def tidied() -> Iterator[None]:
    """Delete the tasks that are made meanwhile: the next run finds the same rows."""
    from tasks.models import TaskRequest  # once the settings know the database

    newest = TaskRequest.objects.order_by("-pk").values_list("pk", flat=True)
    last = newest.first() or 0
    try:
        yield
    finally:
        TaskRequest.objects.filter(pk__gt=last, title=TASK["title"]).delete()


def make_talks(person: dict[str, str]) -> None:
    """See that the person has conversations with others, and one that is long."""
    address = "/api/messages/conversations"
    if len(inside.get(address, person)["conversations"]) >= TALKS:
        return
    tasks = inside.get("/api/tasks?per_page=50")["tasks"]
    own = inside.get("/api/auth/profile", person)["id"]
    others = sorted({task["creator_id"] for task in tasks} - {own})[:TALKS]
    for user_id in others:
        data = {"user_id": user_id, "message": "Labdien!"}
        talk = inside.post(address, data, person)["conversation"]
    for _message in range(MESSAGES):
        inside.post(
            f"{address}/{talk['id']}/messages", {"content": "Vai rīt der?"}, person
        )


def _one_by_one(
    server: Server, requests: list[tuple[str, dict]], headers: dict[str, str]
) -> tuple[Figures, list[dict]]:
    """POST each request after the other; the figures and the answers."""
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
