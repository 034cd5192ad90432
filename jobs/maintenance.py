"""The registry of periodic maintenance, and the runner that goes through it.

Each app registers its own in its `jobs.py`:

    @maintenance("expire tasks")
    def expire_tasks(at: datetime, *, dry_run: bool) -> int: …

A function takes the time and whether to leave everything as it is. It returns how many
rows it changed, or would have. It is idempotent, and safe to run twice at once.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter

from django.db.models import QuerySet

from jobs.errors import JobTimeout

logger = logging.getLogger("jobs.maintenance")


@dataclass(frozen=True)
class Maintenance:
    """One registered function."""

    name: str
    run: Callable[..., int]
    after: tuple[str, ...]  # names of those that must have run before


REGISTRY: dict[str, Maintenance] = {}


def maintenance(name: str, *, after: tuple[str, ...] = ()) -> Callable:
    """Run a function at each `manage.py maintain`, later than those named in `after`.

    Raises `ValueError` for a name that is taken.
    """

    def register(function: Callable[..., int]) -> Callable[..., int]:
        if name in REGISTRY:
            raise ValueError(f"Maintenance {name!r} is registered twice.")
        REGISTRY[name] = Maintenance(name, function, after)
        return function

    return register


def in_order() -> list[Maintenance]:
    """All of them, each after those that it names; else by name.

    Raises `graphlib.CycleError` for a circle, and `KeyError` for a name that nothing
    is registered by.
    """
    graph = {name: sorted(REGISTRY[name].after) for name in sorted(REGISTRY)}
    return [REGISTRY[name] for name in TopologicalSorter(graph).static_order()]


def run_all(*, at: datetime, dry_run: bool) -> Iterator[tuple[str, int | None]]:
    """Run each; yield its name and its count, or None where it failed.

    One that fails is logged and stops none of the others.
    """
    for task in in_order():
        try:
            yield task.name, task.run(at, dry_run=dry_run)
        except JobTimeout:
            raise  # the time limit of the job that runs all of them
        except Exception:
            logger.exception("maintenance failed: %s", task.name)
            yield task.name, None


def delete_rows(rows: QuerySet, *, dry_run: bool) -> int:
    """Delete `rows`; return how many, without those that are deleted by cascade."""
    if dry_run:
        return rows.count()
    _total, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


def repair_rows(
    ids: Iterable[int], repair: Callable[[int], object], *, dry_run: bool
) -> int:
    """Call `repair` with each id, in order; return how many ids there are."""
    ids = sorted(ids)
    if not dry_run:
        for pk in ids:
            repair(pk)
    return len(ids)
