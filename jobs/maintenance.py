"""The registry of maintenance jobs, and the runner that runs all of them.

Each app registers its own in its `jobs.py`:

    @maintenance("expire tasks")
    def expire_tasks(at: datetime, *, dry_run: bool) -> int: …

The function returns how many rows it changed. With `dry_run` it changes nothing and
returns how many it would change. It must be idempotent, and safe to run twice at once:
`manage.py maintain` may run beside a worker.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter

from django.db.models import QuerySet

from core.budget import within_budget
from jobs.exceptions import JobTimeout

logger = logging.getLogger("jobs.maintenance")


@dataclass(frozen=True)
class Maintenance:
    """One registered function."""

    name: str
    run: Callable[..., int]
    after: tuple[str, ...]  # the names of those that run before it


REGISTRY: dict[str, Maintenance] = {}


def maintenance(name: str, *, after: tuple[str, ...] = ()) -> Callable:
    """Register a function as a maintenance job that runs later than those in `after`.

    Returns the function unchanged. Raises `ValueError` if the name is taken.
    """

    def register(function: Callable[..., int]) -> Callable[..., int]:
        if name in REGISTRY:
            raise ValueError(f"Maintenance {name!r} is registered twice.")
        REGISTRY[name] = Maintenance(name, function, after)
        return function

    return register


def in_order() -> list[Maintenance]:
    """Return all maintenance jobs, each later than those in its `after`.

    The order is the same at each run.
    Raises `LookupError` if an `after` names an unregistered job, and
    `graphlib.CycleError` for a cycle. The system check `jobs.E001` reports both.
    """
    graph = {}
    for name, task in sorted(REGISTRY.items()):
        if unknown := set(task.after) - set(REGISTRY):
            raise LookupError(f"{name!r} runs after unknown {sorted(unknown)}.")
        graph[name] = sorted(task.after)
    return [REGISTRY[name] for name in TopologicalSorter(graph).static_order()]


def run_all(
    *, at: datetime, dry_run: bool, begin: str = ""
) -> Iterator[tuple[str, int | None]]:
    """Run each job in order; yield its name and its count, or None if it failed.

    A failure is logged, and the others still run. Those before `begin` have run.
    """
    tasks = in_order()
    names = [task.name for task in tasks]
    # A name that a release has removed meanwhile: all again, which does no harm.
    for task in tasks[names.index(begin) if begin in names else 0 :]:
        try:
            yield task.name, task.run(at, dry_run=dry_run)
        except JobTimeout:
            # The time limit of the whole run. Without this, the handler below would
            # take it for a failure of one job, and the run would have no limit.
            raise
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
    # Two runs at once that lock rows in different orders would deadlock.
    ids = sorted(ids)
    if not dry_run:
        for pk in within_budget(ids):
            repair(pk)
    return len(ids)
