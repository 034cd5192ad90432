"""Limit how many threads of the process do something expensive at once."""

import threading
from types import TracebackType

from core.exceptions import ServiceUnavailable

MAX_WAIT_S = 10.0


class Busy(ServiceUnavailable):
    """Too many do the same just now."""

    retry_after = 1


class Gate:
    """A context in which `places` threads run at once, and `max_waiting` others wait.

    Those that wait hold their threads, so there are few of them. Entering it raises
    `Busy` (503) if more would wait, or after ten seconds.
    """

    def __init__(self, places: int, *, max_waiting: int = 2):
        self._places = threading.BoundedSemaphore(places)
        self._room = threading.BoundedSemaphore(places + max_waiting)

    def __enter__(self) -> None:
        if not self._room.acquire(blocking=False):
            raise Busy
        if not self._places.acquire(timeout=MAX_WAIT_S):
            self._room.release()
            raise Busy

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._places.release()
        self._room.release()
