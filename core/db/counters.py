"""Counts that requests only add to in memory, written down together now and then."""

import atexit
import logging
import threading
from collections import Counter

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Case, F, Model, Value, When

logger = logging.getLogger("marketplace.tally")
ROWS_AT_ONCE = 500


class BufferedCounter:
    """Adds to `field` of rows of `model`, at most one flush interval late.

    A read then takes no row lock. What a process has not written when it is killed
    is lost: a few seconds of looks, nothing else. With an interval of 0 seconds every
    call is written at once.
    """

    def __init__(self, model: type[Model], field: str):
        self._model = model
        self._field = field
        self._waiting: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._clock: threading.Thread | None = None

    def add(self, pk: int) -> int:
        """Count one more for row `pk`; return how many wait to be written for it."""
        with self._lock:
            self._waiting[pk] += 1
            waiting = self._waiting[pk]
        if settings.COUNTER_FLUSH_SECONDS:
            self._start_clock()
        else:
            self.flush()
        return waiting

    def pending(self, pk: int) -> int:
        """How many are counted for a row and not written yet, in this process."""
        return self._waiting.get(pk, 0)

    def flush(self) -> int:
        """Write what waits; return for how many rows. What fails is kept."""
        with self._lock:
            counts, self._waiting = self._waiting, Counter()
        rows = sorted(counts.items())
        try:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                self._write(rows[start : start + ROWS_AT_ONCE])
        except DatabaseError:
            logger.warning("counts are kept for the next time", exc_info=True)
            with self._lock:
                self._waiting.update(counts)
        return len(rows)

    def _write(self, rows: list[tuple[int, int]]) -> None:
        more = Case(*(When(pk=pk, then=Value(count)) for pk, count in rows))
        found = self._model._base_manager.filter(pk__in=[pk for pk, _count in rows])
        found.update(**{self._field: F(self._field) + more})

    def _start_clock(self) -> None:
        """Start the thread that flushes, once in each process."""
        with self._lock:
            if self._clock is not None and self._clock.is_alive():
                return
            self._clock = threading.Thread(target=self._tick, daemon=True)
        atexit.register(self.flush)
        self._clock.start()

    def _tick(self) -> None:
        wake = threading.Event()
        while not wake.wait(settings.COUNTER_FLUSH_SECONDS):
            self.flush()
            connection.close()
