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

from jobs import queue, services
from jobs.errors import GiveUp, LeaseLost, OutOfTime
from jobs.models import Job
from jobs.registry import Kind, kind_of
from marketplace.core.logs import enter_request

logger = logging.getLogger("jobs")
POLL_SECONDS = 0.25  # how late a job may be seen
BEAT_SECONDS = queue.LEASE.total_seconds() / 4


def run_next(worker: str) -> Job | None:
    """Claim and run the next due job; return it as it was claimed, or None."""
    job = queue.claim(worker)
    if job is not None:
        enter_request(f"job-{job.pk}-{job.tries}")  # in its log lines
        run(job)
        enter_request("-")
    return job


def run(job: Job) -> None:
    """Run a claimed job and write down what became of it."""
    began = time.monotonic()
    try:
        with kept(job):
            perform(kind_of(job.name), job)
    except LeaseLost:
        logger.warning("%s was taken over by another worker", job)
    except Exception as error:
        told = traceback.format_exc()
        if isinstance(error, OutOfTime):
            connection.close()  # it may be in the middle of a query
        dead = queue.fail(job, error=told, hopeless=isinstance(error, GiveUp))
        level = logging.ERROR if dead else logging.WARNING
        logger.log(level, "%s failed, try %s", job, job.tries, exc_info=True)
    else:
        facts = {"job": job.name, "ms": round(1000 * (time.monotonic() - began))}
        logger.info("%s is done", job, extra={"facts": facts})


def perform(kind: Kind, job: Job) -> None:
    if kind.outward:
        with at_most(kind.seconds):
            kind.run(**job.facts)
        queue.finish(job)
    else:
        with transaction.atomic():
            with at_most(kind.seconds):
                kind.run(**job.facts)
            queue.finish(job)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` within, after so long. Only a main thread can be told."""

    def end(number, frame):
        raise OutOfTime(f"It took more than {seconds} s.")

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
