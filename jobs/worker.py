"""Run what is queued: one job at a time; for more at once, run more workers."""

import logging
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, reset_queries, transaction
from django.utils import timezone

from core.request_id import set_request_id
from jobs import queue, services
from jobs.errors import JobTimeout, LeaseLost, PermanentFailure
from jobs.models import Job
from jobs.registry import RegisteredJob, get_job

logger = logging.getLogger("jobs")
POLL_SECONDS = 0.25  # how late a job may be seen
BEAT_SECONDS = queue.LEASE.total_seconds() / 4


def run_next(worker: str) -> Job | None:
    """Claim and run the next due job; return it as it was claimed, or None."""
    job = queue.claim(worker)
    if job is not None:
        set_request_id(f"job-{job.pk}-{job.attempts}")  # in its log lines
        run(job)
        set_request_id("-")
    return job


def run(job: Job) -> None:
    """Run a claimed job and write down what became of it."""
    began = time.monotonic()
    try:
        with kept(job):
            perform(get_job(job.name), job)
    except LeaseLost:
        logger.warning("%s was taken over by another worker", job)
    except Exception as error:
        told = traceback.format_exc()
        if isinstance(error, JobTimeout):
            connection.close()  # it may be in the middle of a query
        dead = queue.fail(
            job, error=told, permanent=isinstance(error, PermanentFailure)
        )
        level = logging.ERROR if dead else logging.WARNING
        logger.log(level, "%s failed, try %s", job, job.attempts, exc_info=True)
    else:
        kwargs = {"job": job.name, "ms": round(1000 * (time.monotonic() - began))}
        logger.info("%s is done", job, extra={"context": kwargs})


def perform(kind: RegisteredJob, job: Job) -> None:
    if not kind.atomic:
        with time_limit(kind.timeout_s):
            kind.run(**job.kwargs)
        queue.finish(job)
    else:
        with transaction.atomic():
            with time_limit(kind.timeout_s):
                kind.run(**job.kwargs)
            queue.finish(job)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `JobTimeout` within, after so long. Only a main thread can be told."""

    def end(number, frame):
        raise JobTimeout(f"It took more than {seconds} s.")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def kept(job: Job) -> Iterator[None]:
    """Extend the lease of a job from a thread, for as long as it runs."""
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(job, done), daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _beat(job: Job, done: threading.Event) -> None:
    while not done.wait(BEAT_SECONDS):
        try:
            queue.extend(job)
        except DatabaseError:
            logger.warning("the lease of %s could not be extended", job, exc_info=True)
        finally:
            connection.close()


class Worker:
    """The loop of `manage.py worker`. `stop` lets it finish the job at hand."""

    def __init__(self):
        self.name = f"{socket.gethostname()[:50]}:{os.getpid()}:{os.urandom(3).hex()}"
        self._is_stopped = False  # and no Event, which a signal must not set
        self._periods: dict[str, str] = {}

    def stop(self, *signal_and_frame) -> None:
        self._is_stopped = True

    def run(self) -> None:
        logger.info("worker %s runs", self.name)
        while not self._is_stopped:
            try:
                job = self._step()
            except Exception:
                logger.exception("the queue does not answer; trying on")
                connection.close()
                time.sleep(4 * POLL_SECONDS)
            else:
                if job is None:
                    time.sleep(POLL_SECONDS)
        logger.info("worker %s has stopped", self.name)

    def _step(self) -> Job | None:
        reset_queries()
        services.enqueue_periodic(timezone.now(), known=self._periods)
        return run_next(self.name)
