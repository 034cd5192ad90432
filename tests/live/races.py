"""Race real requests against each other, and see that exactly one effect is left.

Needs PostgreSQL (`DATABASE_URL`, where it makes a database of its own and drops it)
and Redis (`REDIS_URL`). Prints one JSON line a race; a race ends with the round that
broke a rule, and then the exit status is 1. Names as arguments run those races alone.
"""

import json
import os
import sys
import time
from importlib import import_module

import django

from tests.live.bounds import end_within
from tests.live.contests import CONTESTS
from tests.live.database import scratch_database
from tests.live.server import Server, manage, serve, tail
from tests.live.stage import Stage

NOUNS = ("tasks", "uploads", "favorites", "reviews", "accounts", "messages")
MOST_SECONDS = 300
SHOWN_VIOLATIONS = 5


def main(names: list[str]) -> int:
    end_within(MOST_SECONDS)
    with scratch_database(os.environ["DATABASE_URL"]) as database_url:
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": os.environ["REDIS_URL"],
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "THROTTLE": "0",  # the limit on sign-in stays
            "LOG_LEVEL": "WARNING",
        }
        manage(environment, "migrate", "--verbosity", "0")
        with serve(environment) as server:
            os.environ.update(environment)
            django.setup()
            return _run_all(server, names)


def _run_all(server: Server, names: list[str]) -> int:
    for noun in NOUNS:  # not before the settings know the database
        import_module(f"tests.live.contests.{noun}")
    chosen = [c for c in CONTESTS if not names or c.__name__ in names]
    broken = sum(_run(contest, Stage(server)) for contest in chosen)
    if broken:
        _say("The end of the server's log:", tail(server.log))
    return 1 if broken or not chosen else 0


def _run(contest, stage: Stage) -> int:
    started = time.monotonic()
    rounds = 0
    while rounds < contest.rounds and not stage.violations:
        contest(stage)
        rounds += 1
    result = {
        "race": contest.__name__,
        "rounds": rounds,
        "winners": stage.winners,
        "violations": len(stage.violations),
        "seconds": round(time.monotonic() - started, 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    _say(*stage.violations[:SHOWN_VIOLATIONS])
    return len(stage.violations)


def _say(*lines: str) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
