"""Writes, and conversations for the reads."""

import json
import socket
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter
from typing import BinaryIO

from benchmarks import in_process
from benchmarks.load import Figures
from tests.live.server import HOST, Server

CONCURRENCIES = (1, 8)
TIMES = 20  # on each connection
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
    server: Server, person: dict[str, str], helper: dict[str, str], *, at_once: int
) -> Iterator[tuple[str, Figures]]:
    """Yield the name and the figures of each kind of write; delete the rows after.

    `at_once` connections share the requests of each kind.
    """

    def sent(requests, headers):
        return send(server, requests, headers, at_once=at_once)

    with created_tasks_deleted():
        count = TIMES * at_once
        created, answers = sent([("/api/tasks", TASK)] * count, person)
        yield "task create", created
        ids = [answer["task"]["id"] for answer in answers]
        applications = [(f"/api/tasks/{pk}/apply", {"message": "Varu."}) for pk in ids]
        applied, answers = sent(applications, helper)
        yield "task apply", applied
        favorites = [{"item_type": "task", "item_id": pk} for pk in ids]
        toggles = [("/api/favorites", favorite) for favorite in favorites + favorites]
        yield "favorite toggle", sent(toggles, helper)[0]
        of_task = {
            one["application"]["task_id"]: one["application"]["id"] for one in answers
        }
        chosen = [
            (f"/api/tasks/{pk}/applications/{of_task[pk]}/accept", {}) for pk in ids
        ]
        yield "task accept", sent(chosen, person)[0]
    about = "/api/messages/conversations"
    conversation = in_process.get(about, person)["conversations"][0]["id"]
    message = (f"{about}/{conversation}/messages", {"content": "Vai rīt der?"})
    yield "message", sent([message] * count, person)[0]


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


def send(
    server: Server,
    requests: list[tuple[str, dict]],
    headers: dict[str, str],
    *,
    at_once: int,
) -> tuple[Figures, list[dict]]:
    """POST the requests on `at_once` connections; return the figures and the answers.

    The answers are in the order of the requests of each connection.
    """
    shares = [requests[number::at_once] for number in range(at_once)]
    started = perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(
            pool.map(lambda share: _one_by_one(server, share, headers), shares)
        )
    seconds = perf_counter() - started
    took = sorted(ms for times, _answers, _failed in found for ms in times)
    answers = [answer for _times, some, _failed in found for answer in some]
    failed = sum(count for _times, _answers, count in found)
    p95 = took[int(len(took) * 0.95)]
    rps = len(took) / seconds
    return Figures(len(took), rps, statistics.median(took), p95, failed), answers


def _one_by_one(
    server: Server, requests: list[tuple[str, dict]], headers: dict[str, str]
) -> tuple[list[float], list[dict], int]:
    """POST each request after the other: the milliseconds, answers and failures."""
    encoded = [_encoded(server, path, body, headers) for path, body in requests]
    took, answers, failed = [], [], 0
    with (
        socket.create_connection((HOST, server.port), timeout=10) as connected,
        connected.makefile("rb") as stream,
    ):
        for request in encoded:
            started = perf_counter()
            connected.sendall(request)
            status, answer = _answer(stream)
            took.append((perf_counter() - started) * 1000)
            answers.append(answer)
            failed += status >= 400
    return took, [json.loads(answer) for answer in answers], failed


def _encoded(server: Server, path: str, body: dict, headers: dict[str, str]) -> bytes:
    """Return a request as it goes over the wire.

    Encoded before the time is taken, and read by hand: `http.client` takes as much of
    the processor for an answer as a fast server does.
    """
    content = json.dumps(body).encode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    head = [f"POST {path} HTTP/1.1", f"Host: {HOST}:{server.port}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + content


def _answer(stream: BinaryIO) -> tuple[int, bytes]:
    """Return the status and the body of the next answer."""
    status, length = stream.readline(), 0
    if not status:
        raise ConnectionError("The server has closed the connection.")
    while line := stream.readline().strip():
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return int(status.split()[1]), stream.read(length)


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
