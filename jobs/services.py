"""Queue jobs, and say how the queue does."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from jobs.models import Job
from jobs.registry import PERIODS, get_job, period_start

KEPT = timedelta(days=30)  # a finished job, and with it the guard of its key


def enqueue(
    job: str | Callable,
    /,
    *,
    key: str = "",
    run_at: datetime | None = None,
    **kwargs,
) -> None:
    """Have `job` run with `kwargs` after this transaction commits, at `run_at` or soon.

    Rolled back with the transaction. Of all calls with the same `key`, also at once,
    the first counts. Facts are what JSON can hold. Raises `LookupError` for an unknown
    job and `TypeError` for arguments that it does not take or JSON cannot hold.
    """
    kind = get_job(job)
    kind.check(kwargs)
    row = Job(name=kind.name, key=key, kwargs=kwargs)
    if run_at is not None:
        row.due_at = run_at
    Job.objects.bulk_create([row], ignore_conflicts=bool(key))


def enqueue_mail(
    key: str,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: dict[str, str] | None = None,
) -> None:
    """Have one letter sent, once for each `key`: name the event and who is told.

    If the worker is killed between the server's acceptance and our record, the letter
    is sent again with the same Message-ID.
    """
    kwargs = {"to": to, "subject": subject, "text": text, "html": html}
    letter = {"letter": key, "headers": headers or {}}
    enqueue("jobs.send_mail", key=f"mail:{key}", **letter, **kwargs)


def enqueue_periodic(at: datetime, *, known: dict[str, str]) -> None:
    """Queue what the period of `at` asks for; its key makes it once for all workers.

    `known` remembers the periods that the caller has seen, and spares the database.
    """
    for name, period in PERIODS.items():
        current = period_start(period, at)
        if known.get(name) != current:
            enqueue(name, key=f"{name}@{current}")
            known[name] = current


def stale(*, at: datetime) -> QuerySet:
    """Jobs finished long ago."""
    return Job.objects.finished_before(at - KEPT)


def status() -> dict[str, int]:
    """How many jobs wait, run and are dead, and since when the first is due."""
    counts = {
        name: Job.objects.filter(status=name).count()
        for name in ("waiting", "running", "dead")
    }
    first = Job.objects.due().values_list("due_at", flat=True).first()
    late = (timezone.now() - first).total_seconds() if first else 0
    return counts | {"late_seconds": max(0, round(late))}
