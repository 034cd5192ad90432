"""Race registrations, tokens, codes and text messages on two server processes.

Needs PostgreSQL (`DATABASE_URL`; the script creates a temporary database there and
drops it), and starts a Redis and an SMS provider of its own. Limits are tried while
Redis runs, after it was killed, and while it is stopped. Prints a line of JSON per race
and one for all; the exit status is 1 if a rule was broken. Arguments select races.
"""

import json
import os
import sys
import time
from collections.abc import Iterable
from importlib import import_module

import django

from tests.live.bounds import end_within
from tests.live.database import scratch_database
from tests.live.harness import Harness
from tests.live.processes import OwnRedis
from tests.live.race_scenarios import IDENTITY_SCENARIOS
from tests.live.server import manage, serve, tail
from tests.live.sms_provider import ACCOUNT, TOKEN, SmsProvider

MAX_RUN_SECONDS = 400
MAX_PRINTED_VIOLATIONS = 5
MAX_ROUNDS = int(os.environ.get("ROUNDS", 1000))  # of each race


def main(names: list[str]) -> int:
    end_within(MAX_RUN_SECONDS)
    with (
        scratch_database(os.environ["DATABASE_URL"]) as database_url,
        OwnRedis() as redis,
        SmsProvider() as provider,
    ):
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "tests.live.fast_passwords",
            "THROTTLE": "0",  # the limits of sign-in, codes and messages stay
            "TRUSTED_PROXIES": "1",  # so that each request may have an address
            "LOG_LEVEL": "ERROR",
            "SMS_PROVIDER": "twilio",
            "TWILIO_BASE_URL": provider.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "+37120000000",
        }
        manage(environment, "migrate", "--verbosity", "0")
        with serve(environment, workers=2) as server:
            os.environ.update(environment)
            django.setup()
            import_module("tests.live.race_scenarios.identity")
            harness = Harness(server, sms=provider, redis=redis)
            results = list(_run_all(harness, names))
            broken = sum(result["violations"] for result in results)
            if broken:
                sys.stderr.write(f"The end of the server's log:\n{tail(server.log)}\n")
    total = {
        "races": len(results),
        "rounds": sum(result["rounds"] for result in results),
        "seconds": round(sum(result["seconds"] for result in results), 1),
        "violations": broken,
    }
    sys.stdout.write(json.dumps(total) + "\n")
    return 1 if broken or not results else 0


def _run_all(shared: Harness, names: list[str]) -> Iterable[dict]:
    for scenario in IDENTITY_SCENARIOS:
        if names and scenario.__name__ not in names:
            continue
        harness = Harness(shared.server, sms=shared.sms, redis=shared.redis)
        started, rounds = time.monotonic(), 0
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
        for line in harness.violations[:MAX_PRINTED_VIOLATIONS]:
            sys.stderr.write(f"{line}\n")
        yield result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
