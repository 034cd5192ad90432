"""Claim a job, hold it by a lease, and record its result.

Every write is filtered by the claim: the worker and the number of the attempt. The two
act as a fencing token: a worker whose lease expired changes nothing.
"""

import random
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from core.db.locks import locked
from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.registry import DEFAULT_BACKOFF, DEFAULT_MAX_ATTEMPTS, JOBS, Backoff

# A worker without a heartbeat for this long has lost its job to any other worker.
LEASE = timedelta(seconds=6)
MAX_ERROR_CHARS = 4000
WORKER_LOST = "The worker ended in the middle of the job."


def claim(worker: str) -> Job | None:
    """Return the next due job, leased to `worker` for `LEASE`, or None."""
    # A plain read first. On SQLite the transaction below takes the one write lock:
    # idle workers that poll would block every writer.
    if not Job.objects.due().exists():
        return None
    with transaction.atomic():
        # SKIP LOCKED: without it, workers would queue up behind the same first row
        # and each would take what the one before has already claimed.
        while job := locked(Job.objects.due(), skip_locked=True).first():
            if job.attempts < max_attempts(job.name):
                break
            # Its lease expired during its last attempt: every worker that ran it died.
            _mark_dead(Job.objects.filter(pk=job.pk), error=WORKER_LOST)
        if job is None:
            return None
        # The attempt is counted before it is made. Counted afterwards, a job that
        # kills its worker would be retried for ever.
        job.attempts += 1
        job.worker = worker
        Job.objects.filter(pk=job.pk).update(
            status=Job.Status.RUNNING,
            due_at=Now() + LEASE,
            attempts=job.attempts,
            worker=worker,
            started_at=Now(),
        )
    return job


def extend_lease(job: Job) -> bool:
    """Extend the lease to `LEASE` from now; return False if the lease is lost."""
    return bool(_held(job).update(due_at=Now() + LEASE))


def finish(job: Job) -> None:
    """Mark the job done. Raises `LeaseLost` if another worker has claimed it since."""
    done = _held(job).update(
        status=Job.Status.DONE,
        due_at=None,
        finished_at=Now(),
        kwargs={},  # may hold personal data, which nobody needs any more
        error="",
    )
    if not done:
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
    running = Job.objects.filter(status=Job.Status.RUNNING)
    return running.filter(pk=job.pk, worker=job.worker, attempts=job.attempts)


def _mark_dead(rows: QuerySet, *, error: str) -> int:
    return rows.update(
        status=Job.Status.DEAD,
        due_at=None,
        finished_at=Now(),
        error=error[-MAX_ERROR_CHARS:],
    )
