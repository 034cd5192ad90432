"""Measure the product beside the floor: `make bench SIZE=small|city|million`."""

import argparse
import logging
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import django

from benchmarks import database, report
from benchmarks.load import Figures, burst, one_by_one, together
from benchmarks.scenarios import Scenario, read_scenarios
from tests.live.server import Server, serve

CONCURRENCIES = (1, 8, 32)
ROUNDS = 3  # of the product and the floor in turn
WRITES = 20
SMALLER = "city"  # what the growth to a million is measured from
FIRST_PORT = int(os.environ.get("BENCH_PORT", 8210))
TASK = {
    "title": "Saskrūvēt skapi",
    "description": "Instrumenti ir uz vietas.",
    "category": "assembly",
    "latitude": 56.95,
    "longitude": 24.1,
    "budget": 30,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "city", "million"), default="city")
    parser.add_argument("--seconds", type=int, default=1, help="Of one burst.")
    parser.add_argument("--floor-only", action="store_true", help="Three scenarios.")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("The load comes from wrk. First: apt-get install wrk")
    url = database.prepared(options.size)
    os.environ |= _environment(url)
    django.setup()
    scenarios = "the three beside the floor" if options.floor_only else "all"
    machine = report.machine(options.size, scenarios, database.settings(url))
    logging.disable(logging.INFO)
    with ExitStack() as servers:
        product = servers.enter_context(serve(_as_served(url), port=FIRST_PORT))
        floor = servers.enter_context(
            serve(
                _as_served(url),
                port=FIRST_PORT + 1,
                application="benchmarks.floor:application",
            )
        )
        rows = list(_measured(product, floor, options))
        growth = list(_growth(servers, product, options))
    report.write(rows, growth, machine=machine)
    return 1 if any(row["failed"] for row in rows) else 0


def _environment(url: str) -> dict[str, str]:
    """As production runs, but for HTTPS and the limit on writes."""
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
        "THROTTLE": "false",
    }


def _as_served(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "LOG_LEVEL": "INFO"}


def _measured(product: Server, floor: Server, options) -> Iterator[dict]:
    from benchmarks import inside  # once the settings know the database

    token = inside.token_of("demo@example.com")
    for scenario in read_scenarios(inside.get, token):
        if options.floor_only and not scenario.has_floor:
            continue
        statements, size = inside.cost(scenario, token)
        facts = {"scenario": scenario.name, "size": options.size}
        sign_in = token if scenario.signed_in else None
        if scenario.has_floor:
            report.compare(inside.get(scenario.paths[0]), floor, scenario.paths[0])
        burst(
            product.port, scenario.paths, at_once=16, seconds=1, token=sign_in
        )  # warm
        for at_once in CONCURRENCIES:
            ours, floors = _side_by_side(
                scenario, product, floor, at_once, options.seconds, sign_in
            )
            ratio = ours.rps / floors.rps if floors else None
            yield report.row(
                facts, at_once, ours, ratio=ratio, sql=statements, bytes_=size
            )
            if floors:
                facts_of_floor = facts | {"scenario": f"floor: {scenario.name}"}
                yield report.row(
                    facts_of_floor, at_once, floors, sql=statements, bytes_=size
                )
    if not options.floor_only:
        helper = inside.token_of("helper@example.com")
        yield from _writes(product, token, helper, options.size)


def _side_by_side(
    scenario: Scenario, product: Server, floor: Server, at_once, seconds, token
) -> tuple[Figures, Figures | None]:
    """Bursts on the product and, where there is one, on the floor, in turn."""
    how = {"at_once": at_once, "seconds": seconds}
    if not scenario.has_floor:
        return burst(product.port, scenario.paths, **how, token=token), None
    ours, floors = [], []
    for _round in range(ROUNDS):
        ours.append(burst(product.port, scenario.paths, **how))
        floors.append(burst(floor.port, scenario.paths, **how))
    return together(ours), together(floors)


def _writes(product: Server, token: str, helper: str, size: str) -> Iterator[dict]:
    posts = [("/api/tasks", TASK)] * WRITES
    created, answers = one_by_one(product.port, posts, token)
    ids = [answer["task"]["id"] for answer in answers]
    applications = [(f"/api/tasks/{pk}/apply", {"message": "Varu."}) for pk in ids]
    applied, _answers = one_by_one(product.port, applications, helper)
    marks = [{"item_type": "task", "item_id": pk} for pk in ids]
    toggles = [("/api/favorites", mark) for mark in marks + marks]
    toggled, _answers = one_by_one(product.port, toggles, helper)
    named = {"task create": created, "task apply": applied, "favorite toggle": toggled}
    for name, figures in named.items():
        yield report.row({"scenario": name, "size": size}, 1, figures)


def _growth(servers: ExitStack, product: Server, options) -> Iterator[dict]:
    """The median of each list at a million beside that of the same list in a city."""
    smaller = database.own(SMALLER)
    if options.size != "million" or not database.exists(smaller):
        return
    from benchmarks import inside

    city = servers.enter_context(serve(_as_served(smaller), port=FIRST_PORT + 2))
    token = inside.token_of("demo@example.com")
    for scenario in read_scenarios(inside.get, token):
        if scenario.is_list:
            how = {"at_once": 1, "seconds": 1}
            small, large = [], []
            for _round in range(2):
                small.append(burst(city.port, scenario.paths, **how))
                large.append(burst(product.port, scenario.paths, **how))
            yield report.grown(scenario.name, together(small), together(large))


if __name__ == "__main__":
    sys.exit(main())
