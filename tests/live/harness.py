"""Send many requests at the same moment and check their answers."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection

from django.db import DatabaseError, connection

from tests.live.processes import OwnRedis
from tests.live.server import Server
from tests.live.sms_provider import SmsProvider


@dataclass(frozen=True)
class Call:
    """One request: method, path, access token, JSON body and network address."""

    method: str
    path: str
    token: str = ""
    body: dict | None = None
    address: str = ""  # in `X-Forwarded-For`
    may_fail: bool = False  # with a 503, which is an answer to an outage


@dataclass(frozen=True)
class Answer:
    """The status and the decoded JSON body of one answer."""

    status: int
    data: dict

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


@dataclass
class Harness:
    """One race: counts the successful requests and collects the broken rules."""

    server: Server
    sms: SmsProvider | None = None
    redis: OwnRedis | None = None
    winners: int = 0
    violations: list[str] = field(default_factory=list)

    def send_together(
        self, calls: Sequence[Call], *, beside: Sequence[Callable[[], None]] = ()
    ) -> list[Answer]:
        """Send all calls at once on open connections; return the answers in order.

        The functions in `beside` start at the same moment in threads of their own, each
        with its own database connection. Every 5xx answer is a violation.
        """
        start = threading.Barrier(len(calls) + len(beside))
        with ThreadPoolExecutor(start.parties) as runners:
            futures = [runners.submit(self._send, call, start) for call in calls]
            for job in beside:
                runners.submit(self._run, job, start)
            answers = [future.result() for future in futures]
        self.winners += sum(answer.is_success for answer in answers)
        errors = Counter(
            answer.status
            for call, answer in zip(calls, answers, strict=True)
            if answer.status >= 500 and not (call.may_fail and answer.status == 503)
        )
        for status, times in errors.items():
            self.violations.append(f"{times} of {len(calls)} answers are {status}")
        return answers

    def _send(self, call: Call, start: threading.Barrier) -> Answer:
        with closing(self.server.connect()) as http:
            http.connect()
            start.wait(timeout=30)
            return exchange(http, call)

    def _run(self, job: Callable[[], None], start: threading.Barrier) -> None:
        start.wait(timeout=30)
        try:
            job()
        except DatabaseError as error:
            self.violations.append(f"{job.__name__}: {error}")
        finally:
            connection.close()

    def check_equal(self, what: str, found, wanted) -> None:
        """Record a violation named `what` if `found` differs from `wanted`."""
        if found != wanted:
            self.violations.append(f"{what}: {found}, not {wanted}")

    def check_statuses(self, answers: Sequence[Answer], wanted: dict[int, int]) -> None:
        """Record a violation unless each status occurs as often as `wanted` says."""
        found = Counter(answer.status for answer in answers)
        if found != Counter(wanted):  # a Counter treats a missing key as 0
            self.violations.append(f"answers: {dict(found)}, not {wanted}")


def exchange(http: HTTPConnection, call: Call) -> Answer:
    """Send one call on an open connection; return its status and decoded JSON."""
    headers = {"Content-Type": "application/json"}
    if call.token:
        headers["Authorization"] = f"Bearer {call.token}"
    if call.address:
        headers["X-Forwarded-For"] = call.address
    body = None if call.body is None else json.dumps(call.body)
    http.request(call.method, call.path, body, headers)
    response = http.getresponse()
    return Answer(response.status, json.loads(response.read() or b"{}"))
