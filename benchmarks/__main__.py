"""Measure the product and two other servers: `make bench SIZE=small|city|million`.

The other two are the baseline and the plain one, which docs/measurements describes.
"""

import argparse
import logging
import os
import shutil
import sys
from contextlib import ExitStack

import django

from benchmarks import database, report
from tests.live.server import GUNICORN, environment_with, serve

FIRST_PORT = int(os.environ.get("BENCH_PORT", 8210))


def main() -> int:
    """Run the benchmark; return the exit status, 1 if a request failed."""
    options = _options()
    url = database.prepared(options.size)
    os.environ |= environment_with(database.environment(url))
    django.setup()
    from benchmarks import growth, run  # needs DATABASE_URL in the environment

    scope = "those with a baseline" if options.baseline_scenarios_only else "all"
    machine = report.machine(options.size, scope, database.settings(url))
    logging.disable(logging.INFO)
    growth_row, left_out = [], []
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                serve(database.served(url), port=FIRST_PORT + number, command=command)
            )
            for number, (name, command) in enumerate(_commands(options.size).items())
        }
        rows = list(run.measured(servers, options))
        if options.size == "million" and not options.baseline_scenarios_only:
            growth_row, left_out = growth.growth(
                stack, servers[run.PRODUCT], port=FIRST_PORT + len(servers)
            )
    if not options.quick:
        report.write(rows, machine=machine, growth=growth_row, left_out=left_out)
    return 1 if any(row["failed"] for row in rows + growth_row) else 0


def _commands(size: str) -> dict[str, list[str] | None]:
    """Return the command of each server by its name; None is that of the product.

    No plain one beside a million rows: it counts all of a list for each page, in
    seconds, and what PostgreSQL goes on with after a burst would slow the others.
    """
    found: dict[str, list[str] | None] = {
        "product": None,
        "baseline": [*GUNICORN, "benchmarks.baseline:http"],
    }
    if size != "million":
        found["plain"] = [*GUNICORN, "benchmarks.plain.asgi:http"]
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "city", "million"), default="city")
    parser.add_argument("--seconds", type=int, default=1, help="Length of one burst.")
    parser.add_argument(
        "--baseline-only",
        action="store_true",
        help="Skip scenarios without a baseline.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="A smoke test: each scenario once on 8 connections, no report.",
    )
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk. First: apt-get install wrk")
    options = parser.parse_args()
    options.baseline_scenarios_only = options.quick or options.baseline_only
    return options


if __name__ == "__main__":
    sys.exit(main())
