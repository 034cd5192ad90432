"""Compare new items with instant saved searches: how long one worker takes.

    DATABASE_URL=… python -m benchmarks.alerts [--searches 10000] [--items 1000]

Needs a migrated PostgreSQL. All searches wait; then the items are posted, and the work
of one worker is measured until it has nothing left to do. `--sample` searches are then
run as all were before there was an index: each by the query of its list. Prints a
line of JSON after each. The rows stay: use an empty database, once.

Of the searches eight in ten name a category (of those of the type), half a price, half
a place of their own with a radius of 5 to 50 km, and three in ten words.
"""

import argparse
import json
import os
import random
from datetime import timedelta
from time import monotonic, perf_counter, process_time
from typing import Any

import django

CITIES = ((56.95, 24.11), (55.88, 26.53), (56.5, 21.01), (56.65, 23.71), (57.31, 25.27))
NOUNS = (
    *("velosipeds", "galds", "kresls", "krasns", "auto", "dators", "telefons"),
    *("lampa", "skapis", "gulta"),
)
KINDS = (
    *("vecs", "jauns", "liels", "mazs", "melns", "balts", "koka", "metala", "berna"),
    "darba",
)
PEOPLE_OF_ITEMS = 200


def words(rng: random.Random) -> str:
    return f"{rng.choice(KINDS)} {rng.choice(NOUNS)}"


def point(rng: random.Random) -> tuple[float, float]:
    latitude, longitude = rng.choice(CITIES)
    return latitude + rng.gauss(0, 0.1), longitude + rng.gauss(0, 0.2)


def query(rng: random.Random, categories: list[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    has_category = rng.random() < 0.8
    if has_category:
        chosen["category"] = rng.choice(categories)
    if rng.random() < (0.13 if has_category else 1):
        chosen["search"] = words(rng)
    if rng.random() < 0.5:
        chosen["max_price"] = str(rng.randint(20, 500))
    if rng.random() < 0.5:
        latitude, longitude = point(rng)
        chosen |= {"latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}"}
        chosen["radius"] = str(rng.choice([5, 10, 25, 50]))
    return chosen


def people(count: int) -> list[Any]:
    from accounts.models import User

    rows = [
        User(username=f"reader{n}", email=f"reader{n}@example.com", password="!")
        for n in range(count)
    ]
    return User.objects.bulk_create(rows, batch_size=1000)


def create_searches(rng: random.Random, readers: list[Any]) -> None:
    from django.utils import timezone

    from alerts import index
    from alerts.models import SavedSearch
    from alerts.queries import digest_of
    from catalog.item_types import ITEM_TYPES

    at = timezone.now() - timedelta(minutes=1)
    rows = []
    for reader, item_type in zip(
        readers, list(ITEM_TYPES) * len(readers), strict=False
    ):
        chosen = query(rng, list(ITEM_TYPES[item_type].categories))
        digest = digest_of(chosen)
        fields = {"query": chosen, "digest": digest, "waiting_digest": digest}
        times = {"query_changed_at": at, "watermark": at, "next_at": at}
        search = SavedSearch(
            user=reader, item_type=item_type, name="A search", frequency="instant"
        )
        for name, value in (fields | times).items():
            setattr(search, name, value)
        rows.append(search)
    for start in range(0, len(rows), 1000):
        index.update(SavedSearch.objects.bulk_create(rows[start : start + 1000]))


def create_items(rng: random.Random, owners: list[Any], count: int) -> None:
    from catalog.item_types import ITEM_TYPES
    from search.text import normalize

    for row in ITEM_TYPES.values():
        items = []
        for _number in range(count // len(ITEM_TYPES)):
            latitude, longitude = point(rng)
            title = words(rng)
            item = row.model(
                title=title,
                description="Apraksts.",
                search_text=normalize(title),
                category=rng.choice(list(row.categories)),
                latitude=latitude,
                longitude=longitude,
                public_latitude=latitude,
                public_longitude=longitude,
                location="Latvija",
            )
            setattr(item, row.model.price_field, rng.randint(5, 600))
            setattr(item, row.model.owner_field, rng.choice(owners))
            items.append(item)
        row.model._default_manager.bulk_create(items)


def measure(count: int, items: int, sample: int) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from alerts import instant, matching
    from alerts.models import Alerted, Candidate, IndexedSearch, SavedSearch
    from catalog.item_types import ITEM_TYPES
    from notifications.models import Notification

    rng = random.Random(5)
    readers = people(count + PEOPLE_OF_ITEMS)
    create_searches(rng, readers[:count])
    instant.compare_new_items(at=timezone.now(), ends=monotonic())  # what is older
    Candidate.objects.all().delete()
    create_items(rng, readers[count:], items)
    with connection.cursor() as cursor:
        tables = [row.model._meta.db_table for row in ITEM_TYPES.values()]
        for table in [*tables, IndexedSearch._meta.db_table]:
            cursor.execute(f"ANALYZE {table}")
    sent, far = Notification.objects.count(), monotonic() + 3600
    at = timezone.now()
    began, cpu = perf_counter(), process_time()
    instant.compare_new_items(at=at, ends=far)
    compared, candidates = perf_counter(), Candidate.objects.count()
    instant.report_candidates(at=at, ends=far)
    seconds = perf_counter() - began
    cpu = process_time() - cpu
    figures = {
        "searches": count,
        "items": items,
        "candidates": candidates,
        "notifications": Notification.objects.count() - sent,
        "reported": Alerted.objects.count(),
        "seconds": round(seconds, 1),
        "of_which_comparing": round(compared - began, 1),
        "of_which_cpu_in_python": round(cpu, 1),
    }
    print(json.dumps(figures), flush=True)
    Alerted.objects.all().delete()
    ids = SavedSearch.objects.order_by("pk").values("pk")[:sample]
    SavedSearch.objects.filter(pk__in=ids).update(waiting_digest="")
    began = perf_counter()
    matching._run_due(at=timezone.now(), ends=far)
    each = (perf_counter() - began) / sample
    return figures | {"before_seconds": round(each * count, 1), "sample": sample}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=1_000)
    parser.add_argument("--sample", type=int, default=300)
    options = parser.parse_args()
    from django.conf import settings

    settings.DEBUG = False  # it would keep the text of each statement
    print(json.dumps(measure(options.searches, options.items, options.sample)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    django.setup()
    main()
