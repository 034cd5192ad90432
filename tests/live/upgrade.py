"""Upgrade from the last release while people use it: no request may fail.

The code of the release comes from git (see `find_release`) into a temporary folder. Its
database is migrated by the present code while its server and its worker run; then the
server and the worker of the present code run beside them, and then alone. Prints one
line of JSON, with the reasons before it; the exit status is 1 if a request failed, a
job died or a row is wrong afterwards.

Both run with the libraries of this environment. `OLD=` names another commit.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg

from tests import released
from tests.live.bounds import end_within
from tests.live.cluster import OwnPostgres
from tests.live.invariants import broken
from tests.live.processes import Worker
from tests.live.server import ROOT, manage, serve
from tests.live.usage import ACTIONS, Usage, report, wait

MIGRATION = re.compile(r"^\w+/migrations/0\w+\.py$")
REPAIRED = re.compile(r"^repair .*: [1-9]\d*$", re.M)
# What the last release writes in another way than this one. Changes with the release.
OLD_FORM = """
    SELECT count(*) FROM listings_listing
    WHERE location LIKE '%iela%' OR search_text LIKE '%m²%'
"""
FAULT = re.compile("failed|wrong|broken")  # in the name of a figure
OUTPUT = {"stdout": subprocess.PIPE, "text": True}
MAX_RUN_S = 600  # on a busy machine
ROUND_S = 40  # at most, for each action to be done once more
JOBS_S = 30  # at most, until the queue is empty


def main() -> int:
    """Y5: the last release and this one serve the same database at the same time."""
    end_within(MAX_RUN_S)
    began = time.monotonic()
    commit = find_release(os.environ.get("OLD", ""))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="old-")))
        extract(commit, folder / "code")
        cluster = stack.enter_context(OwnPostgres())
        environment = {
            "DATABASE_URL": cluster.url,
            "UPLOADS_DIR": str(folder / "uploads"),
            "REDIS_URL": "",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "THROTTLE": "0",
            "LOG_LEVEL": "ERROR",
        }
        figures = upgrade(environment, folder / "code")
    figures = {"old": commit[:10]} | figures
    figures["seconds"] = round(time.monotonic() - began)
    print(json.dumps(figures), flush=True)
    return int(is_wrong(figures))


def find_release(named: str) -> str:
    """Return the commit of `named`, or the one that recorded the released migrations.

    If that has others, the newest one with these. Raises `SystemExit` if there is
    none: the check would prove nothing.
    """
    if named:
        return _git("rev-parse", "--verify", f"{named}^{{commit}}").strip()
    wanted = set(released.recorded())
    recording = _git("log", "-1", "--format=%H", "--", str(released.RECORD)).split()
    for commit in recording + _git("rev-list", "--first-parent", "HEAD").split():
        files = _git("ls-tree", "-r", "--name-only", commit).split("\n")
        if wanted == {
            path for path in files if re.search(r"/migrations/0\w+\.py$", path)
        }:
            return commit
    raise SystemExit(
        "No commit has the migrations of tests/released_migrations.json. In a shallow "
        "clone run `git fetch --unshallow`; otherwise name the release: OLD=v1.0"
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise SystemExit(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def extract(commit: str, folder: Path) -> None:
    """Write the files of `commit` to `folder`."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def upgrade(environment: dict[str, str], old: Path) -> dict:
    """Go from `old` to the present code; return what was seen."""
    manage(environment, "migrate", "--verbosity", "0", root=old)
    figures: dict[str, object] = {}
    with ExitStack() as new_stack:
        with ExitStack() as old_stack:
            serving = serve(environment, workers=1, root=old)
            before = Usage(old_stack.enter_context(serving).url)
            old_worker = Worker(environment)
            old_worker.root = old
            old_stack.enter_context(old_worker)
            old_stack.enter_context(before)
            _round(before)
            done, started = before.done.total(), time.monotonic()
            manage(environment, "migrate_together", "--verbosity", "0")
            figures["migrating_seconds"] = round(time.monotonic() - started, 1)
            figures["actions_while_migrating"] = before.done.total() - done
            _round(before)
            manage(environment, "maintain", root=old, stdout=subprocess.DEVNULL)
            serving = serve(environment, workers=1)
            after = Usage(new_stack.enter_context(serving).url)
            new_stack.enter_context(Worker(environment))
            new_stack.enter_context(after)
            started = before.done.copy()
            _round(before)
            _round(after)
            figures["actions_old_beside_new"] = (before.done - started).total()
            figures["actions_new_beside_old"] = after.done.total()
        _round(after)
    figures["requests_failed_old"] = report("old", before.faults)
    figures["requests_failed_new"] = report("new", after.faults)
    return figures | examine(environment)


def _round(usage: Usage) -> None:
    """Wait until each action was done once more."""
    before = usage.done.copy()
    wait(lambda: len(usage.done - before) == len(ACTIONS), seconds=ROUND_S)
    names = {action.__name__ for action in ACTIONS}
    if missing := names - (usage.done - before).keys():
        usage.faults.append(f"not done in {ROUND_S} s: {', '.join(sorted(missing))}")


def examine(environment: dict[str, str]) -> dict:
    """Return what is wrong with the rows, after what docs/upgrades.md says to do."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
        in_old_form = database.execute(OLD_FORM).fetchone()[0]
        manage(environment, "repeat_data_migrations", **OUTPUT)
        with Worker(environment):
            wait(partial(_is_queue_empty, database), seconds=JOBS_S)
        jobs = "SELECT name || ': ' || error FROM jobs_job WHERE status"
        dead = database.execute(f"{jobs} = 'dead'").fetchall()
        late = database.execute(f"{jobs} IN ('waiting', 'running')").fetchall()
        repaired, wrong = (
            REPAIRED.findall(manage(environment, "maintain", *more, **OUTPUT).stdout)
            for more in ((), ("--dry-run",))
        )
        return {
            "rows_in_old_form": in_old_form,
            "rows_wrong": database.execute(OLD_FORM).fetchone()[0],
            "counters_repaired": len(repaired),
            "counters_wrong": report("counter", wrong),
            "broken": broken(database),
            "jobs_failed": report("dead job", [text for [text] in dead]),
            "jobs_waiting": len(late),
        }


def _is_queue_empty(database: psycopg.Connection) -> bool:
    due = "SELECT count(*) FROM jobs_job WHERE due_at < now() + interval '1 minute'"
    return database.execute(due).fetchone() == (0,)


def is_wrong(figures: dict) -> bool:
    """Whether something failed, or nothing happened."""
    activity = [figures[name] for name in figures if name.startswith("actions_")]
    faults = [figures[name] for name in figures if FAULT.search(name)]
    return not all(activity) or any(faults)


if __name__ == "__main__":
    sys.exit(main())
