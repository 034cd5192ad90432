"""Queue jobs, and report the state of the queue."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from core.db import shared_queries
from core.encryption import encrypt
from jobs.mail import make_message_id
from jobs.models import Job
from jobs.registry import PERIODS, get_job, period_start


def enqueue(
    job: str | Callable[..., Any],
    /,
    *,
    key: str = "",
    run_at: datetime | None = None,
    **kwargs: object,
) -> None:
    """Queue `job` with `kwargs`, to run after this transaction commits, or at `run_at`.

    A rollback of the transaction removes it. Of several jobs with the same `key` only
    the first is queued. Raises `LookupError` for an unknown job, and `TypeError` for
    arguments that it does not take or that JSON cannot hold.
    """
    registered = get_job(job)
    registered.check(kwargs)
    row = Job(name=registered.name, key=key, kwargs=kwargs)
    # What is due now gets the time of the database, by which workers ask: its clock may
    # be behind this one, and SQLite's stops at milliseconds.
    if run_at is not None and run_at > timezone.now():
        row.due_at = run_at
    # ON CONFLICT DO NOTHING: of two transactions with the same key, the second waits
    # for the first and then adds nothing. A check before the INSERT would let both in.
    shared_queries.insert(row, ignore_conflicts=bool(key))


def enqueue_each(job: str, calls: Iterable[dict[str, object]], /) -> None:
    """Queue `job` once for the `kwargs` of each call, in one query. Raises as above."""
    registered = get_job(job)
    rows = []
    for kwargs in calls:
        registered.check(kwargs)
        rows.append(Job(name=registered.name, kwargs=kwargs))
    Job.objects.bulk_create(rows)


def enqueue_mail(
    key: str,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: dict[str, str] | None = None,
    is_secret: bool = False,
) -> None:
    """Queue one e-mail, once for each `key`, which names the event and the recipient.

    With `is_secret` its text is stored encrypted: it contains a code or a link that
    opens an account, which staff and backups must not have.

    If the worker is killed after the mail server accepted the e-mail and before that is
    recorded, it is sent again with the same Message-ID.
    """
    # Left out otherwise: a worker of the last release does not know it.
    more: dict[str, Any] = {"is_secret": True} if is_secret else {}
    enqueue(
        "jobs.send_mail",
        key=f"mail:{key}",
        message_id=make_message_id(key),
        to=to,
        subject=subject,
        text=encrypt(text) if is_secret else text,
        html=encrypt(html) if is_secret and html else html,
        headers=headers or {},
        **more,
    )


def enqueue_periodic(at: datetime, *, enqueued: dict[str, str]) -> None:
    """Queue each periodic job that has none yet for the period of `at`.

    The key of a job names its period, so all workers together queue it once. `enqueued`
    is the caller's own memory of the latest periods, by job: it saves the queries.
    """
    for name, period in PERIODS.items():
        current = period_start(period, at)
        if enqueued.get(name) != current:
            enqueue(name, key=f"{name}@{current}")
            enqueued[name] = current


def status() -> dict[str, int]:
    """Return how many jobs are waiting, running and dead, and `late_seconds`.

    The latter is how long the first due job has been due, or 0.
    """
    counts = {
        name: Job.objects.filter(status=name).count()
        for name in ("waiting", "running", "dead")
    }
    first = Job.objects.due().values_list("due_at", flat=True).first()
    late = (timezone.now() - first).total_seconds() if first else 0
    return counts | {"late_seconds": max(0, round(late))}
