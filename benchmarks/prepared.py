"""Public reads in this process, with prepared queries and without, in turn.

`python -m benchmarks.prepared` prints the CPU time of a request each way. It needs a
seeded PostgreSQL: DATABASE_URL=… python manage.py seed --size city.
"""

import argparse
import logging
import os
import random
from collections.abc import Callable
from statistics import quantiles
from time import process_time

import django

ROUNDS = 12
REQUESTS_PER_ROUND = 25
WARM_UP = 8  # requests: PostgreSQL has a plan by then
RIGA = (56.9496, 24.1052)


def scenarios(first_page: dict) -> dict[str, Callable[[], str]]:
    """Name → a function that returns the next URL to read."""
    rng = random.Random(4)
    task_id = first_page["tasks"][0]["id"]

    def moving() -> str:
        latitude, longitude = RIGA[0] + rng.gauss(0, 0.05), RIGA[1] + rng.gauss(0, 0.1)
        return f"/api/tasks?latitude={latitude}&longitude={longitude}&radius=10"

    around_riga = f"latitude={RIGA[0]}&longitude={RIGA[1]}&radius=10"
    return {
        "newest tasks": lambda: "/api/tasks",
        "listings in a category": lambda: "/api/listings?category=electronics",
        "detail": lambda: f"/api/tasks/{task_id}",
        "10 km around a point": lambda: f"/api/tasks?{around_riga}",
        "10 km around points that move": moving,
        "text": lambda: "/api/listings?search=velosip%C4%93ds",
        "text, another page each time": (
            lambda: f"/api/listings?search=galds&page={rng.randint(1, 4)}"
        ),
        "newest tasks after a cursor": (
            lambda: f"/api/tasks?cursor={first_page['next_cursor']}"
        ),
        "a filter that never comes again": (
            lambda: f"/api/listings?min_price={rng.uniform(0, 100):.6f}"
        ),
        "helpers": lambda: "/api/helpers",
    }


def cpu_ms(client, next_url: Callable[[], str]) -> float:
    """The tenth percentile of a round, which other work on the machine moves least."""
    times = []
    for _request in range(REQUESTS_PER_ROUND):
        url = next_url()
        start = process_time()
        answer = client.get(url)
        times.append((process_time() - start) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")
    return quantiles(times, n=10)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()
    logging.disable(logging.INFO)

    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    first_page = client.get("/api/tasks").json()
    print(f"{'':32} {'off':>8} {'on':>8} {'on/off':>7}  (ms of CPU)")
    for name, next_url in scenarios(first_page).items():
        best = {False: [], True: []}
        for round_number in range(rounds):
            for is_on in (False, True):
                settings.PREPARED_QUERIES = is_on
                if not round_number:
                    [client.get(next_url()) for _ in range(WARM_UP)]
                best[is_on].append(cpu_ms(client, next_url))
        off, on = (sorted(best[is_on])[rounds // 2] for is_on in (False, True))
        print(f"{name:32} {off:8.2f} {on:8.2f} {on / off:7.2f}")


if __name__ == "__main__":
    main()
