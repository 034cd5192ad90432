"""Play races round by round, and print a line of JSON for each."""

import json
import os
import sys
import time

from tests.live.harness import Harness

MAX_ROUNDS = int(os.environ.get("ROUNDS", 1000))  # of each race
MAX_PRINTED_VIOLATIONS = 5


def play(scenario, harness: Harness) -> dict:
    """Play a race until its rounds are over or it breaks a rule; print the result.

    Returns what is printed. `harness` is used for this race alone.
    """
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
    print_errors(*harness.violations[:MAX_PRINTED_VIOLATIONS])
    return result


def print_errors(*lines: str) -> None:
    """Write lines to the standard error."""
    sys.stderr.writelines(f"{line}\n" for line in lines)
