"""Race registrations, tokens, codes and text messages on two server processes.

Needs PostgreSQL (`DATABASE_URL`; the script creates a temporary database there and
drops it), and starts a Redis and an SMS provider of its own. Limits are tried while
Redis runs, after it was killed, and while it is stopped. Prints a line of JSON per race
and one for all; the exit status is 1 if a rule was broken. Arguments select races.
"""

import json
import os
import sys
from importlib import import_module

import django

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.harness import Harness
from tests.live.processes import OwnRedis
from tests.live.race_runner import play, print_errors
from tests.live.race_scenarios import IDENTITY_SCENARIOS
from tests.live.server import environment_with, serve, tail
from tests.live.sms_provider import ACCOUNT, TOKEN, SmsProvider

MAX_RUN_SECONDS = 400


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
        migrate(environment)
        with serve(environment, workers=2) as server:
            os.environ.update(environment_with(environment))
            django.setup()
            import_module("tests.live.race_scenarios.identity")
            chosen = [
                scenario
                for scenario in IDENTITY_SCENARIOS
                if not names or scenario.__name__ in names
            ]
            results = [
                play(scenario, Harness(server, sms=provider, redis=redis))
                for scenario in chosen
            ]
            broken = sum(result["violations"] for result in results)
            if broken:
                print_errors("The end of the server's log:", tail(server.log))
    total = {
        "races": len(results),
        "rounds": sum(result["rounds"] for result in results),
        "seconds": round(sum(result["seconds"] for result in results), 1),
        "violations": broken,
    }
    sys.stdout.write(json.dumps(total) + "\n")
    return 1 if broken or not results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
