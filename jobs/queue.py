"""Take a job, keep it, and write down what became of it.

Every write names the claim it belongs to, the worker and the number of the try: one
whose lease was lost changes nothing.
"""

import random
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from core.db.locks import locked
from jobs.errors import LeaseLost
from jobs.models import Job
from jobs.registry import DEFAULT_MAX_ATTEMPTS, JOBS

LEASE = timedelta(seconds=6)  # without a sign of life for so long a worker is gone
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0  # seconds
ERROR_CHARACTERS = 4000
KILLED = "The worker ended in the middle of the job."


def claim(worker: str) -> Job | None:
    """The next due job, now `worker`'s for a `LEASE`, or None.

    The try is counted before it is made: a job that kills its workers ends too.
    """
    if not Job.objects.due().exists():  # a read, which on SQLite locks nothing
        return None
    with transaction.atomic():
        while job := locked(Job.objects.due(), skip_locked=True).first():
            if job.attempts < max_attempts_of(job.name):
                break
            _bury(Job.objects.filter(pk=job.pk), error=KILLED)
        if job is None:
            return None
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


def extend(job: Job) -> bool:
    """Keep the job for another `LEASE`; False if it is no longer the worker's."""
    return bool(_claimed(job).update(due_at=Now() + LEASE))


def finish(job: Job) -> None:
    """Done. Raises `LeaseLost` if it is no longer the worker's."""
    done = _claimed(job).update(
        status=Job.Status.DONE,
        due_at=None,
        finished_at=Now(),
        kwargs={},
        error="",
    )
    if not done:
        raise LeaseLost


def fail(job: Job, *, error: str, permanent: bool = False) -> bool:
    """Have it tried again later; after the last try, or if hopeless, bury it.

    Tell whether it is dead now.
    """
    if permanent or job.attempts >= max_attempts_of(job.name):
        return bool(_bury(_claimed(job), error=error))
    _claimed(job).update(
        status=Job.Status.WAITING,
        due_at=Now() + timedelta(seconds=wait_after(job.attempts)),
        worker="",
        error=error[-ERROR_CHARACTERS:],
    )
    return False


def wait_after(attempts: int) -> float:
    """Seconds until the next try: doubling, bounded, and up to a quarter at random."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return wait * random.uniform(1, 1.25)


def max_attempts_of(name: str) -> int:
    """A name that this code does not know may be of a newer one: it waits as well."""
    kind = JOBS.get(name)
    return kind.max_attempts if kind else DEFAULT_MAX_ATTEMPTS


def _claimed(job: Job) -> QuerySet:
    running = Job.objects.filter(status=Job.Status.RUNNING)
    return running.filter(pk=job.pk, worker=job.worker, attempts=job.attempts)


def _bury(rows: QuerySet, *, error: str) -> int:
    return rows.update(
        status=Job.Status.DEAD,
        due_at=None,
        finished_at=Now(),
        error=error[-ERROR_CHARACTERS:],
    )
