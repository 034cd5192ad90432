"""Claim a job, hold it by a lease, and record its result.

Every write is filtered by the claim: the worker and the number of the attempt. The two
act as a fencing token: a worker whose lease expired changes nothing.
"""

import random
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, cast

from django.db import connection, connections
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.registry import DEFAULT_BACKOFF, DEFAULT_MAX_ATTEMPTS, JOBS, Backoff

# A worker without a heartbeat for this long has lost its job to any other worker.
LEASE = timedelta(seconds=6)
MAX_ERROR_CHARS = 4000
WORKER_LOST = "The worker ended in the middle of the job."


def claim(worker: str) -> Job | None:
    """Return the next due job, leased to `worker` for `LEASE`, or None."""
    # A plain read first on SQLite: an UPDATE takes the one write lock there, also if it
    # changes no row, and idle workers that poll would block every writer.
    if connection.vendor == "sqlite" and not Job.objects.due().exists():
        return None
    statement = _claim_statement(connection.alias, LEASE)
    while found := list(Job.objects.raw(statement.sql, statement.fill(worker=worker))):
        (job,) = found
        if job.attempts <= max_attempts(job.name):
            return job
        # Its lease expired during its last attempt: every worker that ran it died.
        _mark_dead(_held(job), error=WORKER_LOST, attempts=job.attempts - 1)
    return None


def extend_lease(job: Job) -> bool:
    """Extend the lease to `LEASE` from now; return False if the lease is lost."""
    return bool(_held(job).update(due_at=Now() + LEASE))


def finish(job: Job) -> None:
    """Mark the job done. Raises `LeaseLost` if another worker has claimed it since."""
    statement = _finish_statement(connection.alias)
    params = statement.fill(pk=job.pk, worker=job.worker, attempts=job.attempts)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, params)
        is_done = cursor.rowcount == 1
    if not is_done:
        # Rolls back what an atomic job wrote. Otherwise its effects would be there
        # twice, as the other worker makes them too.
        raise LeaseLost


def fail(job: Job, *, error: str, permanent: bool = False) -> bool:
    """Schedule a retry, or mark the job dead after its last attempt or if `permanent`.

    Returns whether the job is dead now. Changes nothing if the lease is lost.
    """
    if permanent or job.attempts >= max_attempts(job.name):
        return bool(_mark_dead(_held(job), error=error))
    _held(job).update(
        status=Job.Status.WAITING,
        due_at=Now() + timedelta(seconds=backoff_s(job.attempts, pauses_of(job.name))),
        worker="",
        error=error[-MAX_ERROR_CHARS:],
    )
    return False


def backoff_s(attempts: int, backoff: Backoff = DEFAULT_BACKOFF) -> float:
    """Return the seconds until the next attempt: exponential backoff with jitter."""
    seconds = backoff.first_s * backoff.factor ** min(attempts - 1, 20)
    # Jitter: without it, jobs that failed together would all retry together.
    return min(seconds, backoff.max_s) * random.uniform(1, 1.25)


def pauses_of(name: str) -> Backoff:
    """Return the pauses of the job of this name; the default for an unknown one."""
    registered = JOBS.get(name)
    return registered.backoff if registered else DEFAULT_BACKOFF


def max_attempts(name: str) -> int:
    """Return how often the job of this name is attempted.

    An unknown name may belong to a newer release, which another worker runs already:
    such a job is retried with the default.
    """
    registered = JOBS.get(name)
    return registered.max_attempts if registered else DEFAULT_MAX_ATTEMPTS


def _held(job: Job) -> QuerySet:
    """The row of `job`, as long as this claim holds its lease; else no row.

    The attempt is part of it: after a lost lease the same worker may claim the job
    again, and a late write of its earlier attempt must not count for the new one.
    """
    return _claimed(job.pk, job.worker, job.attempts)


def _claimed(pk: object, worker: str, attempts: object) -> QuerySet:
    running = Job.objects.filter(status=Job.Status.RUNNING)
    return running.filter(pk=pk, worker=worker, attempts=attempts)


def _mark_dead(rows: QuerySet, *, error: str, **values: object) -> int:
    return rows.update(
        **values,
        status=Job.Status.DEAD,
        due_at=None,
        finished_at=Now(),
        error=error[-MAX_ERROR_CHARS:],
    )


class _Statement:
    """An UPDATE that is compiled once: that takes longer than to run it."""

    def __init__(
        self, rows: QuerySet, values: Mapping[str, object], alias: str
    ) -> None:
        update = cast(Any, rows.query.chain(UpdateQuery))
        update.add_update_values(values)
        self.sql, self._params = update.get_compiler(alias).as_sql()

    def fill(self, **given: Any) -> list[Any]:
        """Return the parameters, with these in the places that `_place` made."""
        return [
            given[value.name] if isinstance(value, _Place) else value
            for value in self._params
        ]


class _Place(str):
    """Where a parameter of a compiled statement stands; a string, as columns take."""

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return str(self)


def _number(name: str) -> RawSQL:
    """Return a place for a number, which no column of numbers takes as it is."""
    return RawSQL("%s", [_Place(name)])


@cache
def _claim_statement(alias: str, lease: timedelta) -> _Statement:
    """Return the UPDATE that claims the next due job and returns it.

    One statement, so a claim is one round trip, and no job is locked and not claimed.
    """
    due, due_params = Job.objects.due().values("pk")[:1].query.sql_with_params()
    if connections[alias].features.has_select_for_update_skip_locked:
        # Without SKIP LOCKED, workers would queue up behind the same first row, and
        # each would take what the one before has already claimed.
        due += " FOR NO KEY UPDATE SKIP LOCKED"
    # `=` and not IN: the subquery of IN may run once for each row, and lock one each.
    rows = Job.objects.filter(pk=RawSQL(due, due_params))
    # The attempt is counted before it is made. Counted afterwards, a job that kills its
    # worker would be retried for ever.
    claimed = {
        "status": Job.Status.RUNNING,
        "due_at": Now() + lease,
        "attempts": F("attempts") + 1,
        "worker": _Place("worker"),
        "started_at": Now(),
    }
    statement = _Statement(rows, claimed, alias)
    statement.sql += " RETURNING *"
    return statement


@cache
def _finish_statement(alias: str) -> _Statement:
    rows = _claimed(_number("pk"), _Place("worker"), _number("attempts"))
    done: dict[str, object] = {
        "status": Job.Status.DONE,
        "due_at": None,
        "finished_at": Now(),
        "kwargs": {},  # may hold personal data, which nobody needs any more
        "error": "",
    }
    return _Statement(rows, done, alias)
