"""Measure the product beside the floor: `make bench SIZE=small|city|million`."""

import argparse
import logging
import os
import shutil
import sys
from contextlib import ExitStack

import django

from benchmarks import database, report
from tests.live.server import GUNICORN, serve

FIRST_PORT = int(os.environ.get("BENCH_PORT", 8210))


def main() -> int:
    options = _options()
    url = database.prepared(options.size)
    os.environ |= database.environment(url)
    django.setup()
    from benchmarks import growth, run  # once the settings know the database

    scope = "those beside the floor" if options.few else "all"
    machine = report.machine(options.size, scope, database.settings(url))
    logging.disable(logging.INFO)
    grown, left_out = [], []
    with ExitStack() as servers:
        product = servers.enter_context(serve(database.served(url), port=FIRST_PORT))
        floor = servers.enter_context(
            serve(
                database.served(url),
                port=FIRST_PORT + 1,
                command=[*GUNICORN, "benchmarks.floor:application"],
            )
        )
        rows = list(run.measured(product, floor, options))
        if options.size == "million" and not options.few:
            grown, left_out = growth.growth(servers, product, port=FIRST_PORT + 2)
    if not options.quick:
        report.write(rows, machine=machine, growth=grown, left_out=left_out)
    return 1 if any(row["failed"] for row in rows + grown) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "city", "million"), default="city")
    parser.add_argument("--seconds", type=int, default=1, help="Of one burst.")
    parser.add_argument(
        "--floor-only", action="store_true", help="Leave out what has no floor."
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="A smoke test: the same, once, 8 at a time; writes no report.",
    )
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk. First: apt-get install wrk")
    options = parser.parse_args()
    options.few = options.quick or options.floor_only
    return options


if __name__ == "__main__":
    sys.exit(main())
