"""Measure payments beside the same work without them: `make bench-payments`.

Everything runs in temporary copies of the seeded database `small`, with the settings of
production and the sandbox as provider, which answers at once. What a ratio compares is
done in turn, in one run. A request that fails, a call that is not carried out once and
a fault in the ledger end the run with 1; a missed target does not.
"""

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlsplit

import django

from benchmarks import database, ledgers, report
from benchmarks.markdown import PAYMENTS
from tests.live.bounds import end_within
from tests.live.database import scratch_database
from tests.live.server import environment_with, serve

MAX_RUN_SECONDS = 3600
WEBHOOK_SECRET = "whsec_benchmark"
SECTIONS = ("confirm", "webhook", "history", "ledger", "outbox")


def main() -> int:
    """Measure the chosen sections; write the page unless it is a smoke test."""
    options = _options()
    end_within(MAX_RUN_SECONDS)
    seeded = database.prepared("small")
    with ExitStack() as stack:
        url, *ledger_urls = (stack.enter_context(_copy(seeded)) for _each in range(3))
        os.environ |= environment_with(environment(url))
        django.setup()
        logging.disable(logging.WARNING)
        machine = report.machine("small", "payments", database.settings(url))
        rows = list(_figures(stack, options, ledger_urls))
        _close()
    if not options.quick:
        report.write_figures(PAYMENTS, rows, machine=machine)
    return 0


def _copy(url: str) -> AbstractContextManager[str]:
    """Return a database that is made from the one at `url`, and dropped afterwards."""
    return scratch_database(url, template=urlsplit(url).path[1:])


def environment(url: str) -> dict[str, str]:
    """Return the environment of production with the sandbox."""
    return database.environment(url) | {
        "PAYMENT_PROVIDER": "sandbox",
        "PAYMENT_SANDBOX_ALLOWED": "true",
        "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "LOG_LEVEL": "ERROR",
    }


def _figures(stack: ExitStack, options, ledger_urls: list[str]) -> Iterator[dict]:
    # These need DATABASE_URL in the environment.
    from benchmarks import confirms, outbox, webhooks

    rounds = 1 if options.quick else options.rounds
    size = 5 if options.quick else 50
    if {"confirm", "webhook", "history"} & set(options.sections):
        server = stack.enter_context(serve({}))
    if "confirm" in options.sections:
        yield confirms.one_by_one(server, rounds=rounds, count=size)
        yield from confirms.at_once(server, rounds=rounds, count=size)
    if "webhook" in options.sections:
        yield webhooks.intake(server, WEBHOOK_SECRET, rounds=rounds, count=4 * size)
    if "history" in options.sections:
        yield confirms.history(count=size)
    if "outbox" in options.sections:
        yield from outbox.drains(
            calls=50 if options.quick else options.calls,
            rate=options.rate,
            rounds=rounds,
        )
    if "ledger" in options.sections:
        entries = 900 if options.quick else options.entries
        yield from ledgers.growth(ledger_urls, entries=entries, rounds=rounds)


def _close() -> None:
    from django.db import connections

    connections.close_all()  # the database is dropped next


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure payments.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=100_000, help="And ten times.")
    parser.add_argument("--calls", type=int, default=10_000, help="That wait.")
    parser.add_argument("--rate", type=int, default=20, help="Calls in a second.")
    parser.add_argument(
        "--sections", nargs="+", choices=SECTIONS, default=list(SECTIONS)
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="A smoke test: a little of each once, no report.",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
