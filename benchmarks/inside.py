"""The product in this process: to ask what the scenarios need, and to count SQL."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.scenarios import Scenario
from marketplace.seed.people import DEMO_PASSWORD
from tests.live.server import HOST

client = Client(headers={"host": HOST})


def get(path: str, token: str | None = None) -> dict | list:
    answer = client.get(path, headers=_sign_in(token))
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]}")
    return answer.json()


def token_of(email: str) -> str:
    body = {"email": email, "password": DEMO_PASSWORD}
    answer = client.post("/api/auth/login", body, "application/json")
    return answer.json()["token"]


def cost(scenario: Scenario, token: str) -> tuple[int, int]:
    """SQL statements and bytes of one answer."""
    headers = _sign_in(token if scenario.signed_in else None)
    client.get(scenario.paths[0], headers=headers)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(scenario.paths[0], headers=headers)
    return len(captured), len(answer.content)


def _sign_in(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}
