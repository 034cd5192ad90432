"""Public lists beside what they were without decisions and without filters.

A part of `benchmarks.desk`.
"""

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser

from benchmarks import in_process, report
from benchmarks.turns import in_turns
from catalog.item_types import ITEM_TYPES
from core.db.results import ResultList
from listings.models import Listing

MAX_DECISION, MAX_FILTER = 1.05, 1.5
ROUNDS = 40
CATEGORY = "vehicles"
DECISIONS = ("decision", "label_decision")
MATCHES = (20, 300, 800, 3_000)  # of ranges


def figures() -> None:
    """Print the ratios."""
    for name, item_type in ITEM_TYPES.items():
        rows = item_type.viewset.results_for(AnonymousUser(), {}).queryset
        _decision_ratio(f"GET /api/{name}", rows)
    _filter_ratios()


def _decision_ratio(name: str, rows) -> None:
    """Print the ratio of the rows of a page to the same without their decisions."""
    lists = {
        "with": ResultList(rows),
        "without": ResultList(rows.defer(*DECISIONS)),
    }
    calls = {
        key: lambda found=found: [found[0:21] for _n in range(10)]
        for key, found in lists.items()
    }
    in_turns(calls, rounds=2)  # compiles the queries
    times = in_turns(calls, rounds=2 * ROUNDS)
    report.ratio(
        f"{name}: rows with the decision : without",
        times["with"],
        times["without"],
        unit=" ms for ten pages",
        most=MAX_DECISION,
    )


def _filter_ratios() -> None:
    """Print the ratio of each filtered list to the list of its category."""
    plain = f"/api/listings?category={CATEGORY}"
    paths = {"": plain} | {name: f"{plain}&{query}" for name, query in _filters()}
    calls = {name: lambda path=path: _get(path) for name, path in paths.items()}
    in_turns(calls, rounds=4)  # compiles the queries, and finds out what is long
    times = in_turns(calls, rounds=ROUNDS)
    for name in list(paths)[1:]:
        report.ratio(
            f"category with {name} : without",
            times[name],
            times[""],
            unit=" ms",
            most=MAX_FILTER,
        )


def _get(path: str) -> int:
    """Return the total of a list."""
    return int(in_process.answered(path)["X-Total-Count"])


def _filters() -> Iterator[tuple[str, str]]:
    """Yield filters of several kinds, as a name with what is found, and the query."""
    found = Listing.objects.visible().filter(category=CATEGORY, status="active")
    numbers = found.filter(attributes__has_key="mileage").order_by()
    values = sorted(numbers.values_list("attributes__mileage", flat=True))
    queries = {
        "a choice": "attr.fuel=diesel",
        "yes or no": "attr.automatic=true",
        "a wide range": "attr.year_min=2005",
        "dates": "attr.inspected-until_min=2027-01-01",
    }
    queries |= {
        f"a range of {number:,}": f"attr.mileage_max={values[number]}"
        for number in MATCHES
        if number < len(values)
    }
    tenth = values[len(values) // 10]
    queries["a choice and a range"] = f"attr.fuel=diesel&attr.mileage_max={tenth}"
    third = values[len(values) // 3]
    narrow = f"attr.fuel=diesel&attr.automatic=true&attr.mileage_max={third}"
    queries["two choices and two ranges"] = f"{narrow}&attr.year_min=2023"
    queries["a range of none"] = "attr.year_max=1901"
    yield from queries.items()
