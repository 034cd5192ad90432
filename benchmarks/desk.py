"""Measure the desk of the staff: `make bench-desk SIZE=small|city|million`.

Prints a line of JSON for each figure: pages of the admin with their queries; a day that
is counted beside a plain count of its rows; posts and messages with and without rules;
lists with and without the decision about an item; filters by typed fields beside the
list that they filter; and the seconds until an item that is removed is nowhere. With
the size `million` the pages are compared with those of `city` (ten thousand rows), and
the lines are written to docs/measurements/desk.json.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence

import django

from benchmarks import database, report
from tests.live.server import ROOT, environment_with

PAGE = ROOT / "docs" / "measurements" / "desk.json"
SECTIONS = ("takedown", "rollup", "lists", "rules", "pages")
ROUNDS = 3
MAX_GROWTH = {"dashboard": 1.2, "queue": 1.5, "person": 1.5}


def main() -> int:
    """Measure; return 1 if a bound does not hold."""
    options = _options()
    if options.measure:
        _measure_here(options.sections)
        return 0
    url = database.prepared(options.size)
    lines = _measured(options.size, url, options.sections)
    if options.size == "million":
        os.environ.pop("BENCH_DATABASE_URL", None)  # it is the large one
        if "pages" in options.sections:
            lines += _growth(url, database.prepared("city"))
        PAGE.write_text(json.dumps(_with_earlier(lines), indent=1) + "\n")
    return 0 if all(line.get("holds", True) for line in lines) else 1


def _with_earlier(lines: list[dict]) -> list[dict]:
    """Return the last line of each figure, and earlier ones not measured anew."""
    found = {
        (line.get("figure"), line.get("page"), line.get("size")): line
        for line in [*report.read(PAGE, []), *lines]
    }
    return list(found.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "city", "million"), default="city")
    parser.add_argument(
        "--sections", nargs="*", choices=SECTIONS, default=list(SECTIONS)
    )
    parser.add_argument("--measure", action="store_true", help="In this process.")
    return parser.parse_args()


def _measured(size: str, url: str, sections: Sequence[str]) -> list[dict]:
    """Return the lines of one size, measured in a process of its own; print them."""
    command = [sys.executable, "-m", "benchmarks.desk", "--size", size, "--measure"]
    lines = []
    with subprocess.Popen(
        [*command, "--sections", *sections],
        cwd=ROOT,
        env=environment_with(database.environment(url)),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for text in process.stdout or ():
            lines.append(json.loads(text) | {"size": size})
            print(json.dumps(lines[-1]), flush=True)
    if process.returncode:
        raise RuntimeError(f"The measurement of {size} ended by an error.")
    return lines


def _growth(large: str, small: str) -> list[dict]:
    """Return how the time of pages grows, measured in turns in both databases."""
    lines: dict[str, list[dict]] = {"million": [], "city": []}
    for _round in range(ROUNDS):
        for size, url in (("million", large), ("city", small)):
            lines[size] += _measured(size, url, ["pages"])
    growth = [
        report.ratio(
            f"{page}: a million rows : ten thousand",
            *(
                [one["ms"] for one in each if one["page"] == page]
                for each in lines.values()
            ),
            unit=" ms",
            most=most,
        )
        for page, most in MAX_GROWTH.items()
    ]
    last = [each[-len(growth) - 1 :] for each in lines.values()]
    return [*growth, *last[0], *last[1]]


def _measure_here(sections: Sequence[str]) -> None:
    django.setup()
    from django.db import transaction
    from django.test.utils import setup_test_environment

    # These need DATABASE_URL in the environment.
    from benchmarks import desk_lists, desk_pages, desk_rules, takedown

    logging.disable(logging.WARNING)
    if "takedown" in sections:
        takedown.figure()
    setup_test_environment()  # a response then has its context
    if "rollup" in sections:
        _say(desk_pages.rollup())
        _say(desk_pages.rollup(of_fullest=True))
    if "pages" in sections:
        with transaction.atomic():
            desk_pages.add_cases()
            for name, path in desk_pages.paths().items():
                _say(desk_pages.page(name, path))
            transaction.set_rollback(True)
    if "lists" in sections:
        desk_lists.figures()
    if "rules" in sections:
        desk_rules.figures()


def _say(line: dict) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
