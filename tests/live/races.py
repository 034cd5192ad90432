"""Send concurrent requests to a real server and check that exactly one takes effect.

Needs PostgreSQL (`DATABASE_URL`; the script creates a temporary database there and
drops it), and starts a Redis of its own, as limits count for minutes. Prints one JSON
line per race. A race stops at the first round that breaks its rule; the exit status is
then 1. Arguments select races by name.
"""

import os
import sys
from importlib import import_module

import django

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.harness import Harness
from tests.live.processes import OwnRedis
from tests.live.race_runner import play, print_errors
from tests.live.race_scenarios import RACE_SCENARIOS
from tests.live.server import Server, environment_with, serve, tail

SCENARIO_MODULES = (
    *("tasks", "listings", "uploads", "favorites", "reviews", "accounts", "messages"),
    *("payments", "disputes"),
)
MAX_RUN_SECONDS = 400


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
            "PAYMENT_CALLS_PER_SECOND": "1000",
            "LOG_LEVEL": "WARNING",
        }
        migrate(environment)
        with serve(environment) as server:
            os.environ.update(environment_with(environment))
            django.setup()
            return _run_all(server, names)


def _run_all(server: Server, names: list[str]) -> int:
    for module in SCENARIO_MODULES:  # they import models: only after django.setup()
        import_module(f"tests.live.race_scenarios.{module}")
    chosen = [s for s in RACE_SCENARIOS if not names or s.__name__ in names]
    results = [play(scenario, Harness(server)) for scenario in chosen]
    broken = sum(result["violations"] for result in results)
    if broken:
        print_errors("The end of the server's log:", tail(server.log))
    return 1 if broken or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
