"""Requests to the product inside this process, to look up ids and to count SQL."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.scenarios import Scenario
from tests.live.server import HOST

client = Client(headers={"host": HOST})


def get(path: str, headers: dict[str, str] | None = None) -> dict | list:
    """Return the decoded JSON of a GET. Raises `RuntimeError` unless it answers 200."""
    return answered(path, headers).json()


def cost(scenario: Scenario, headers: dict[str, str]) -> tuple[int, int]:
    """Return the number of SQL statements and the bytes of one answer, when warm."""
    path = scenario.paths[0]
    answered(path, headers)
    with CaptureQueriesContext(connection) as captured:
        answer = answered(path, headers)
    return len(captured), len(answer.content)


def post(path: str, body: dict, headers: dict[str, str]) -> dict:
    """Return the decoded JSON of a POST. Raises `RuntimeError` on 400 and above."""
    answer = client.post(path, body, "application/json", headers=headers)
    if answer.status_code >= 400:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]}")
    return answer.json()


def answered(path: str, headers: dict[str, str] | None = None):
    """Return the answer to a GET. Raises `RuntimeError` unless it is 200."""
    client.cookies.clear()  # a staff session cookie is passed in `headers`
    answer = client.get(path, headers=headers or {})
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]}")
    return answer
