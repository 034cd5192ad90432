"""Run queued jobs one at a time. To run more at once, start more workers."""

import logging
import os
import socket
import time
import traceback

from django.db import Error as DatabaseError
from django.db import connection, reset_queries, transaction
from django.utils import timezone

from core.metrics import observe_job
from core.request_id import set_request_id
from jobs import queue, services
from jobs.exceptions import JobTimeout, LeaseLost, PermanentFailure
from jobs.lease import heartbeat, time_limit
from jobs.models import Job
from jobs.registry import RegisteredJob, get_job

logger = logging.getLogger("jobs")
POLL_INTERVAL_S = 0.25  # how late a due job may be claimed
RETRY_INTERVAL_S = 1.0  # between two claims while the database is down


def run_next(worker: str) -> Job | None:
    """Claim and run the next due job; return it as it was claimed, or None."""
    job = queue.claim(worker)
    if job is not None:
        set_request_id(f"job-{job.pk}-{job.attempts}")  # in its log lines
        run(job)
        set_request_id("-")
    return job


def run(job: Job) -> None:
    """Run a claimed job and record its result; an exception of the job is logged."""
    began = time.monotonic()
    try:
        with heartbeat(job):
            perform(get_job(job.name), job)
    except LeaseLost:
        # The signal may have interrupted a query, as below.
        connection.close()
        context = _context(job, "lost", began)
        logger.warning(
            "lease of job %s lost to another worker", job, extra={"context": context}
        )
    except Exception as error:
        trace = traceback.format_exc()
        if isinstance(error, JobTimeout):
            # The alarm may have interrupted a query: the connection could still be
            # waiting for its result, and the next query would read that.
            connection.close()
        is_dead = queue.fail(
            job, error=trace, permanent=isinstance(error, PermanentFailure)
        )
        level = logging.ERROR if is_dead else logging.WARNING
        outcome = "job is dead" if is_dead else "retry scheduled"
        logger.log(
            level,
            "job %s failed, attempt %s, %s",
            job,
            job.attempts,
            outcome,
            exc_info=True,
            extra={"context": _context(job, "dead" if is_dead else "retried", began)},
        )
    else:
        context = _context(job, "done", began)
        logger.info("job %s done", job, extra={"context": context})


def _context(job: Job, outcome: str, began: float) -> dict[str, object]:
    """Measure an attempt that has ended; return what its log line says about it."""
    seconds = time.monotonic() - began
    observe_job(job.name, outcome, seconds)
    return {
        "job": job.name,
        "outcome": outcome,
        "attempt": job.attempts,
        "ms": round(1000 * seconds),
    }


def perform(registered: RegisteredJob, job: Job) -> None:
    """Call the function of a claimed job and mark it done.

    Raises what the function raises, `JobTimeout`, and `LeaseLost`.
    """
    if not registered.atomic:
        with time_limit(registered.timeout_s):
            registered.run(**job.kwargs)
        _finish(job)
    else:
        # `finish` in the same transaction: either both the job's writes and its
        # completion are committed, or neither is.
        with transaction.atomic():
            with time_limit(registered.timeout_s):
                registered.run(**job.kwargs)
            queue.finish(job)


def _finish(job: Job) -> None:
    """Mark a job done whose effects are outside of the database.

    While its lease may last, the database is asked again: given up, the job would be
    run again, and its e-mail sent twice.
    """
    deadline = time.monotonic() + queue.LEASE.total_seconds()
    while True:
        try:
            return queue.finish(job)
        except DatabaseError:
            if time.monotonic() + RETRY_INTERVAL_S > deadline:
                raise
            connection.close()  # it may be broken; the next query opens another
            time.sleep(RETRY_INTERVAL_S)


class Worker:
    """The loop of `manage.py worker`."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:50]}:{os.getpid()}:{os.urandom(3).hex()}"
        # A plain flag: a signal handler that sets a threading.Event can deadlock, if
        # the signal arrives while the main thread holds the lock of the Event.
        self._is_stopped = False
        self._enqueued: dict[str, str] = {}  # the period queued last, by job
        self._periods_at = 0.0  # when periods are looked at next

    def stop(self, *signal_and_frame: object) -> None:
        """Let `run` return after the current job. Can be used as a signal handler."""
        self._is_stopped = True

    def run(self) -> None:
        """Run jobs until `stop` is called. Survives a database that is down."""
        logger.info("worker %s started", self.name)
        while not self._is_stopped:
            try:
                job = self._step()
            except Exception:
                logger.exception("the queue is not available; retrying")
                connection.close()  # it may be broken; the next query opens another
                time.sleep(RETRY_INTERVAL_S)
            else:
                if job is None:
                    time.sleep(POLL_INTERVAL_S)
        logger.info("worker %s stopped", self.name)

    def _step(self) -> Job | None:
        reset_queries()  # with DEBUG, Django keeps every query: memory would grow
        if time.monotonic() >= self._periods_at:
            services.enqueue_periodic(timezone.now(), enqueued=self._enqueued)
            self._periods_at = time.monotonic() + POLL_INTERVAL_S
        return run_next(self.name)
