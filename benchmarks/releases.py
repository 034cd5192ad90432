"""Measure writes and jobs beside an earlier release: `make bench-releases OLD=…`.

Serves this code and that of the commit `OLD` on databases of their own, each seeded by
its own code with the size `city`, and asks them in turn on 8 connections. Then a worker
of each empties a queue of jobs that do nothing. Prints a line of JSON for each
ratio of rates, of which 2 was asked.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import django
import psycopg

from benchmarks import report
from benchmarks.database import environment
from tests.live.bounds import end_within
from tests.live.database import scratch_database
from tests.live.server import ROOT, Server, environment_with, manage, serve, stop
from tests.live.upgrade import extract, find_release

MAX_RUN_SECONDS = 1800
ROUNDS, JOB_ROUNDS = 5, 3
AT_ONCE, TIMES = 8, 20  # connections, and requests of a kind on each of them
LEAST = 2.0
JOBS, WARM = 3_000, 300  # in the queue, and done before the time is taken
# A worker of its own, for a job that does nothing: the releases have none.
JOB = """
from jobs.registry import job
def nothing():
    pass
nothing.__module__ = "jobs.jobs"
job()(nothing)
"""
ENQUEUE = f"""{JOB}
from django.db import transaction
from jobs.services import enqueue
with transaction.atomic():
    for _n in range({JOBS}):
        enqueue("jobs.nothing")
"""
WORK = f"""{JOB}
from jobs.worker import Worker
Worker().run()
"""
UNFINISHED = "SELECT count(*) FROM jobs_job WHERE status IN ('waiting', 'running')"
NEW, OLD = "new", "old"


class Release(NamedTuple):
    """A release: its code, its database, and how it is run."""

    root: Path
    url: str
    environment: dict[str, str]


def main() -> int:
    """Measure; return 1 if a bound does not hold."""
    end_within(MAX_RUN_SECONDS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()  # what signs in and writes imports models, and asks no database
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="old-")))
        extract(find_release(os.environ.get("OLD", "")), folder / "code")
        releases = {}
        for name, root in ((NEW, ROOT), (OLD, folder / "code")):
            url = stack.enter_context(
                scratch_database(os.environ["DATABASE_URL"], template="template1")
            )
            releases[name] = Release(root, url, environment(url))
            _seed(releases[name])
        lines = [*_writes(releases), _jobs(releases)]
    return 0 if all(line["holds"] for line in lines) else 1


def _seed(release: Release) -> None:
    seeding = {"DATABASE_URL": release.url, "DEBUG": "true"}
    manage(seeding, "migrate", "--verbosity", "0", root=release.root)
    manage(seeding, "seed", "--size", "city", root=release.root)
    with psycopg.connect(release.url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _writes(releases: dict[str, Release]) -> list[dict]:
    """Return the ratios of the rates of each kind of write."""
    rates: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serve(release.environment, root=release.root))
            for name, release in releases.items()
        }
        people = {name: _people(each) for name, each in servers.items()}
        for number in range(ROUNDS + 1):
            for name in sorted(servers, reverse=bool(number % 2)):
                for kind, rate in _burst(servers[name], people[name]).items():
                    if number:  # the first round compiles the queries
                        rates[kind][name].append(rate)
    return [
        report.ratio(
            f"{kind}: requests a second now : before",
            found[NEW],
            found[OLD],
            unit="/s",
            least=LEAST,
        )
        for kind, found in rates.items()
    ]


def _people(server: Server) -> dict[str, dict[str, str]]:
    """Return the headers of two people."""
    from benchmarks.sign_in import DEMO, HELPER, person

    return {"person": person(server, DEMO), "helper": person(server, HELPER)}


def _burst(server: Server, people: dict) -> dict[str, float]:
    """Return how many writes of each kind a server has answered in a second."""
    from benchmarks.writes import TASK, send

    rates: dict[str, float] = {}

    def sent(kind: str, requests: list[tuple[str, dict]], headers: dict) -> list[dict]:
        figures, answers = send(server, requests, headers, at_once=AT_ONCE)
        if figures.failed:
            raise RuntimeError(f"{figures.failed} of {kind} failed: {answers[:1]}")
        rates[kind] = figures.rps
        return answers

    person, helper = people["person"], people["helper"]
    count = TIMES * AT_ONCE
    created = sent("task create", [("/api/tasks", TASK)] * count, person)
    ids = [answer["task"]["id"] for answer in created]
    apply = [(f"/api/tasks/{pk}/apply", {"message": "Varu."}) for pk in ids]
    applied = sent("task apply", apply, helper)
    toggle = [("/api/favorites", {"item_type": "task", "item_id": pk}) for pk in ids]
    sent("favorite toggle", toggle * 2, helper)
    accept = [
        (f"/api/tasks/{one['task_id']}/applications/{one['id']}/accept", {})
        for one in (answer["application"] for answer in applied)
    ]
    sent("task accept", accept, person)
    start = ("/api/messages/conversations", {"user_id": _id(server, helper)})
    about = {"message": "Labdien!"}
    [answer] = send(server, [(start[0], start[1] | about)], person, at_once=1)[1]
    talk = f"/api/messages/conversations/{answer['conversation']['id']}/messages"
    sent("message", [(talk, {"content": "Vai rīt der?"})] * count, person)
    return rates


def _id(server: Server, headers: dict[str, str]) -> int:
    """Return the id of a person."""
    connection = server.connect()
    connection.request("GET", "/api/auth/profile", headers=headers)
    return json.loads(connection.getresponse().read())["id"]


def _jobs(releases: dict[str, Release]) -> dict:
    """Return the ratio of the rates of one worker each."""
    rates: dict[str, list[float]] = defaultdict(list)
    for number in range(JOB_ROUNDS):
        for name in sorted(releases, reverse=bool(number % 2)):
            rates[name].append(_jobs_a_second(releases[name]))
    return report.ratio(
        "jobs a second of one worker now : before",
        rates[NEW],
        rates[OLD],
        unit="/s",
        least=LEAST,
    )


def _jobs_a_second(release: Release) -> float:
    with psycopg.connect(release.url, autocommit=True) as connection:

        def left() -> int:
            return connection.execute(UNFINISHED).fetchone()[0]

        connection.execute("DELETE FROM jobs_job")
        manage(release.environment, "shell", "-c", ENQUEUE, root=release.root)
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", WORK],
            cwd=release.root,
            env=environment_with(release.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while left() > JOBS - WARM:
                time.sleep(0.01)
            began, before = time.perf_counter(), left()
            while (after := left()) > WARM:
                time.sleep(0.05)
            return (before - after) / (time.perf_counter() - began)
        finally:
            stop(worker)


if __name__ == "__main__":
    sys.exit(main())
