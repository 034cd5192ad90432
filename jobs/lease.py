"""Hold the lease of a running job, and stop the job if it is lost or takes too long.

A job occupies the main thread. One thread beside it sends heartbeats for whatever job
runs. Both the time limit and a lost lease stop the job by the signal SIGALRM, which
also interrupts a call that hangs.
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import Error as DatabaseError
from django.db import connection

from jobs import queue
from jobs.exceptions import JobTimeout, LeaseLost
from jobs.models import Job

logger = logging.getLogger("jobs")
THREAD_NAME = "heartbeat"
# Two heartbeats in a row may fail before the lease expires.
HEARTBEAT_INTERVAL_S = queue.LEASE.total_seconds() / 4


class _Interruption:
    """Whether the main thread is inside the function of a job, and lost its lease."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_armed = False
        self._job: Job | None = None
        self.lease_is_lost = False

    def begin(self, job: Job | None) -> None:
        """Take `interrupt` for `job` from now on, and for no other."""
        with self._lock:
            self._job = job

    def arm(self) -> None:
        """Allow `interrupt`, until `disarm`."""
        with self._lock:
            self._is_armed, self.lease_is_lost = True, False

    def disarm(self) -> None:
        """Ignore `interrupt` from now on."""
        with self._lock:
            self._is_armed = False

    def interrupt(self, job: Job) -> None:
        """Let `job` raise `LeaseLost`, if it is under way. For the other thread."""
        # Under the lock: a signal after `disarm` would meet the default handler of
        # SIGALRM, which ends the process, or interrupt the record of the result. The
        # heartbeat may have been for a job that has ended since: not for the next one.
        with self._lock:
            if self._is_armed and self._job is job:
                self.lease_is_lost = True
                main = threading.main_thread().ident or 0
                # To the main thread: a signal that another thread receives interrupts
                # no call that hangs in the main one.
                signal.pthread_kill(main, signal.SIGALRM)


_interruption = _Interruption()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `JobTimeout` in the block after `seconds`, or `LeaseLost` without a lease.

    Without effect outside the main thread, where Python delivers no signals.
    """

    def on_alarm(number: int, frame: FrameType | None) -> None:
        if _interruption.lease_is_lost:
            raise LeaseLost
        raise JobTimeout(f"It took more than {seconds} s.")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, on_alarm)
    _interruption.arm()
    # An alarm, and no check between steps: it also interrupts a call that hangs.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        _interruption.disarm()
        # Off before the handler goes: a late alarm would end the process.
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


class _Heart:
    """The thread that extends the lease of the job that runs, whichever it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._sends_since: float | None = None  # while the database has not answered
        self._beating: tuple[Job, float] | None = None  # a job, and when it is due

    def begin(self, job: Job) -> None:
        """Extend the lease of `job` from the next interval on."""
        with self._lock:
            self._beating = job, time.monotonic() + HEARTBEAT_INTERVAL_S
        if self._thread is None or not self._thread.is_alive() or self._is_stuck():
            self._thread = threading.Thread(
                target=self._run, name=THREAD_NAME, daemon=True
            )
            self._sends_since = None
            self._thread.start()

    def end(self) -> None:
        """Extend no lease."""
        with self._lock:
            self._beating = None

    def _is_stuck(self) -> bool:
        """Whether the thread waits for a connection that may never answer."""
        since = self._sends_since
        return since is not None and time.monotonic() - since > HEARTBEAT_INTERVAL_S

    def _run(self) -> None:
        # One that was stuck ends when it returns: another has taken its place.
        while self._thread is threading.current_thread():
            # A job that begins while this sleeps is due when it wakes, or later.
            time.sleep(self._pause_s())
            beating = self._beating
            if beating is None or beating[1] > time.monotonic():
                continue
            job, _due = beating
            following = job, time.monotonic() + HEARTBEAT_INTERVAL_S
            self._sends_since = time.monotonic()
            is_held = _send_heartbeat(job)
            if self._thread is not threading.current_thread():
                return
            self._sends_since = None
            if not is_held:
                _interruption.interrupt(job)
            # Only if it is the same still: the main thread may have begun another.
            with self._lock:
                if self._beating is beating:
                    self._beating = following if is_held else None

    def _pause_s(self) -> float:
        beating = self._beating
        if beating is None:
            return HEARTBEAT_INTERVAL_S
        return max(0.0, beating[1] - time.monotonic())


_heart = _Heart()


@contextmanager
def heartbeat(job: Job) -> Iterator[None]:
    """Extend the lease of `job` from a thread, for as long as the block runs.

    A thread, since the job occupies the main one: without heartbeats, every job longer
    than `LEASE` would be taken over while it runs. If another worker has taken it over
    all the same, the job is stopped: both would do the work.

    Not joined at the end: a heartbeat that is still under way names the claim, so it
    changes nothing of a job that has ended, and interrupts no other.
    """
    _interruption.begin(job)
    _heart.begin(job)
    try:
        yield
    finally:
        _heart.end()
        _interruption.begin(None)


def _send_heartbeat(job: Job) -> bool:
    """Extend the lease; return False if another worker has taken the job over."""
    try:
        return queue.extend_lease(job)
    except DatabaseError:
        # Not fatal: the next heartbeat may succeed before the lease expires.
        logger.warning("heartbeat of job %s failed", job, exc_info=True)
        return True
    finally:
        # Connections belong to a thread: an idle one would occupy the pool.
        connection.close()
