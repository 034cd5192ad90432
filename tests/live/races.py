"""Send concurrent requests to a real server and check that exactly one takes effect.

Needs PostgreSQL (`DATABASE_URL`; the script creates a temporary database there and
drops it), and starts a Redis of its own, as limits count for minutes. Prints one JSON
line per race. A race stops at the first round that breaks its rule; the exit status is
then 1. Arguments select races by name.
"""

import json
import os
import sys
import time
from importlib import import_module

import django

from tests.live.bounds import end_within
from tests.live.database import scratch_database
from tests.live.harness import Harness
from tests.live.processes import OwnRedis
from tests.live.race_scenarios import RACE_SCENARIOS
from tests.live.server import Server, manage, serve, tail

SCENARIO_MODULES = (
    *("tasks", "listings", "uploads", "favorites", "reviews", "accounts", "messages"),
)
MAX_RUN_SECONDS = 300
MAX_PRINTED_VIOLATIONS = 5
MAX_ROUNDS = int(os.environ.get("ROUNDS", 1000))  # of each race


def main(names: list[str]) -> int:
    end_within(MAX_RUN_SECONDS)
    with (
        scratch_database(os.environ["DATABASE_URL"]) as database_url,
        OwnRedis() as redis,
    ):
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "THROTTLE": "0",  # the limit on sign-in stays
            "LOG_LEVEL": "WARNING",
        }
        manage(environment, "migrate", "--verbosity", "0")
        with serve(environment) as server:
            os.environ.update(environment)
            django.setup()
            return _run_all(server, names)


def _run_all(server: Server, names: list[str]) -> int:
    for module in SCENARIO_MODULES:  # they import models: only after django.setup()
        import_module(f"tests.live.race_scenarios.{module}")
    chosen = [s for s in RACE_SCENARIOS if not names or s.__name__ in names]
    broken = sum(_run(scenario, Harness(server)) for scenario in chosen)
    if broken:
        _print_errors("The end of the server's log:", tail(server.log))
    return 1 if broken or not chosen else 0


def _run(scenario, harness: Harness) -> int:
    started = time.monotonic()
    rounds = 0
    while rounds < min(scenario.rounds, MAX_ROUNDS) and not harness.violations:
        scenario(harness)
        rounds += 1
    result = {
        "race": scenario.__name__,
        "rounds": rounds,
        "winners": harness.winners,
        "violations": len(harness.violations),
        "seconds": round(time.monotonic() - started, 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    _print_errors(*harness.violations[:MAX_PRINTED_VIOLATIONS])
    return len(harness.violations)


def _print_errors(*lines: str) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
