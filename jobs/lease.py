"""Hold the lease of a running job, and stop the job if it is lost or takes too long.

A job occupies the main thread. A thread beside it sends heartbeats. Both the time limit
and a lost lease stop the job by the signal SIGALRM, which also interrupts a call that
hangs.
"""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import Error as DatabaseError
from django.db import connection

from jobs import queue
from jobs.exceptions import JobTimeout, LeaseLost
from jobs.models import Job

logger = logging.getLogger("jobs")
# Two heartbeats in a row may fail before the lease expires.
HEARTBEAT_INTERVAL_S = queue.LEASE.total_seconds() / 4


class _Interruption:
    """Whether the main thread is inside the function of a job, and lost its lease."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_armed = False
        self.lease_is_lost = False

    def arm(self) -> None:
        """Allow `interrupt`, until `disarm`."""
        with self._lock:
            self._is_armed, self.lease_is_lost = True, False

    def disarm(self) -> None:
        """Ignore `interrupt` from now on."""
        with self._lock:
            self._is_armed = False

    def interrupt(self) -> None:
        """Let the job raise `LeaseLost`, if it is under way. For the other thread."""
        # Under the lock: a signal after `disarm` would meet the default handler of
        # SIGALRM, which ends the process, or interrupt the record of the result.
        with self._lock:
            if self._is_armed:
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


@contextmanager
def heartbeat(job: Job) -> Iterator[None]:
    """Extend the lease of `job` from a thread, for as long as the block runs.

    A thread, since the job occupies the main one: without heartbeats, every job longer
    than `LEASE` would be taken over while it runs. If another worker has taken it over
    all the same, the job is stopped: both would do the work.
    """
    stopped = threading.Event()
    thread = threading.Thread(target=_send_heartbeats, args=(job, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Joined, so that no heartbeat is under way when the next job begins.
        stopped.set()
        thread.join()


def _send_heartbeats(job: Job, stopped: threading.Event) -> None:
    while not stopped.wait(HEARTBEAT_INTERVAL_S):
        try:
            if not queue.extend_lease(job):
                _interruption.interrupt()
                return
        except DatabaseError:
            # Not fatal: the next heartbeat may succeed before the lease expires.
            logger.warning("heartbeat of job %s failed", job, exc_info=True)
        finally:
            # Connections belong to a thread: this one would leak with the thread, and
            # an idle one would occupy the pool.
            connection.close()
