"""Read a real replica: pause it, kill it, and see that nobody misses what they wrote.

Two clusters of its own, one a streaming replica of the other. A person posts listings;
strangers, at other addresses and not signed in, read the list, the detail and the map.
A paused replica shows who reads it: it lacks the newest row. Prints one JSON line for
prepared queries and one for plain ones. The exit status is 1 if a check failed.
"""

import json
import os
import sys
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import django
import psycopg

from tests.live.bounds import end_within
from tests.live.cluster import OwnPostgres
from tests.live.server import HOST, Server, environment_with, manage, serve

MAX_LAG_S = 6.0
NOTICED_S = MAX_LAG_S + 1.5  # and a moment
USUAL_S = 3.0  # of requests: the lag is checked while there are some
MAX_RUN_S = 300
WRITER, STRANGER = "192.0.2.1", "192.0.2.2"
PLACE = {"latitude": 56.95, "longitude": 24.1}


def main() -> int:
    end_within(MAX_RUN_S)
    with ExitStack() as stack:
        primary = stack.enter_context(OwnPostgres())
        environment = {
            "DATABASE_URL": primary.url,
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "REPLICA_MAX_LAG_SECONDS": str(MAX_LAG_S),
            "TRUSTED_PROXIES": "1",  # so that clients can have addresses
            "THROTTLE": "0",
            "LOG_LEVEL": "ERROR",
            "DEBUG": "true",
        }
        manage(environment, "migrate", "--verbosity", "0")
        os.environ.update(environment_with(environment))
        django.setup()
        replica = stack.enter_context(OwnPostgres(primary))
        environment["DATABASE_REPLICA_URL"] = replica.url
        failures = []
        for prepared in ("true", "false"):
            own = environment | {"PREPARED_QUERIES": prepared}
            with serve(own, workers=1) as server:
                failed = Scenario(server, replica).run()
            checks = {"prepared": prepared, "failed": failed}
            print(json.dumps(checks), flush=True)
            failures += failed
        return int(bool(failures))


class Scenario:
    """One server: what its clients see."""

    def __init__(self, server: Server, replica: OwnPostgres):
        from django.db import connection

        from accounts import tokens
        from accounts.tests.factories import UserFactory

        self._server, self._replica = server, replica
        self._token = tokens.open_session(UserFactory())["token"]
        connection.close()
        self._failed: list[str] = []

    def run(self) -> list[str]:
        """Return the names of the checks that failed."""
        self._pause(True)
        pk = self._post()
        self._check("signed in sees it", self._sees(pk, WRITER, self._token))
        self._check("its address sees it", self._sees(pk, WRITER))
        self._check("strangers read the replica", not self._sees_any(pk, STRANGER))
        time.sleep(NOTICED_S)
        self._check("a lagging replica is not read", self._sees(pk, STRANGER))
        self._pause(False)
        time.sleep(NOTICED_S)
        self._check("the replica catches up", self._sees(pk, STRANGER))
        self._replica.kill()
        answers = [self._get("/api/listings", STRANGER)[0] for _call in range(20)]
        self._check("no request fails without it", set(answers) == {200})
        pk = self._post()
        self._check("without it the primary is read", self._sees(pk, STRANGER))
        self._replica.start()
        self._pause(True)
        pk = self._post()
        self._check("it is read again", not self._sees_any(pk, STRANGER))
        self._pause(False)
        return self._failed

    def _check(self, claim: str, is_so: bool) -> None:
        if not is_so:
            self._failed.append(claim)

    def _pause(self, paused: bool) -> None:
        until = time.monotonic() + USUAL_S
        while time.monotonic() < until:  # the server notices how the replica is now
            self._get("/api/listings", STRANGER)
            time.sleep(0.2)
        function = "pg_wal_replay_pause" if paused else "pg_wal_replay_resume"
        with psycopg.connect(self._replica.url, autocommit=True) as own:
            own.execute(f"SELECT {function}()")

    def _post(self) -> int:
        body = {"title": "Bicycle", "description": "Blue", "price": 5}
        body |= PLACE | {"category": "electronics", "location": "Riga"}
        status, data = self._get("/api/listings", WRITER, self._token, body)
        assert status == 201, data
        return data["listing"]["id"]

    def _views(self, pk: int, address: str, token: str = "") -> list[bool]:
        """Whether the list, the detail and the map show a listing."""
        _status, rows = self._get("/api/listings", address, token)
        detail, _data = self._get(f"/api/listings/{pk}", address, token)
        path = "/api/map?bbox=20,50,30,60&zoom=18"
        _status, found = self._get(path, address, token)
        points = [one["properties"].get("id") for one in found["features"]]
        return [pk in [row["id"] for row in rows], detail == 200, pk in points]

    def _sees(self, pk: int, address: str, token: str = "") -> bool:
        return all(self._views(pk, address, token))

    def _sees_any(self, pk: int, address: str) -> bool:
        return any(self._views(pk, address))

    def _get(
        self, path: str, address: str, token: str = "", body: dict | None = None
    ) -> tuple[int, dict]:
        headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with closing(HTTPConnection(HOST, self._server.port, timeout=30)) as http:
            method = "POST" if body else "GET"
            http.request(method, path, body and json.dumps(body), headers)
            answer = http.getresponse()
            return answer.status, json.loads(answer.read())


if __name__ == "__main__":
    sys.exit(main())
