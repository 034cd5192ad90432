"""Counters that requests increase in memory, and that are written periodically."""

import atexit
import logging
import threading
from collections import Counter

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Case, F, Model, Value, When

logger = logging.getLogger("marketplace.counters")
BATCH_ROWS = 500


class BufferedCounter:
    """Adds to `field` of rows of `model`, every `COUNTER_FLUSH_SECONDS`.

    A request that counts then takes no row lock. A process that is killed loses what
    it has not written. With an interval of 0 every count is written at once.
    """

    def __init__(self, model: type[Model], field: str):
        self._model = model
        self._field = field
        self._pending: Counter[int] = Counter()  # by primary key, not yet written
        # Request threads and the flushing thread change `_pending`: without the lock,
        # counts added while it is exchanged would be lost.
        self._lock = threading.Lock()
        self._flusher: threading.Thread | None = None

    def add(self, row: Model) -> None:
        """Count one more for a loaded row, so that `value(row)` includes it."""
        with self._lock:
            self._pending[row.pk] += 1
            before = self._pending[row.pk]
        if settings.COUNTER_FLUSH_SECONDS:
            self._start_flusher()
        else:
            self.flush()
        # The row was loaded before a flush that has just written what was pending.
        written = before - self._pending.get(row.pk, 0)
        setattr(row, self._field, getattr(row, self._field) + written)

    def value(self, row: Model) -> int:
        """Return the count of a loaded row, with what this process has not written."""
        return getattr(row, self._field) + self._pending.get(row.pk, 0)

    def flush(self) -> int:
        """Write the pending counts; return the number of rows.

        Counts that could not be written stay pending.
        """
        with self._lock:
            counts, self._pending = self._pending, Counter()
        # In the order of their ids: processes that flush at once lock rows in the same
        # order, so that one waits for the other instead of a deadlock.
        rows = sorted(counts.items())
        try:
            for start in range(0, len(rows), BATCH_ROWS):
                self._write(rows[start : start + BATCH_ROWS])
                for pk, _count in rows[start : start + BATCH_ROWS]:
                    del counts[pk]  # or a failure later on would count it twice
        except DatabaseError:
            logger.warning("counter flush failed, will be repeated", exc_info=True)
            with self._lock:
                self._pending.update(counts)
        return len(rows)

    def _write(self, rows: list[tuple[int, int]]) -> None:
        more = Case(*(When(pk=pk, then=Value(count)) for pk, count in rows))
        # F(): other processes add to the same rows.
        found = self._model._base_manager.filter(pk__in=[pk for pk, _count in rows])
        found.update(**{self._field: F(self._field) + more})

    def _start_flusher(self) -> None:
        """Start the flushing thread once in each process.

        It is checked for being alive, because a forked process has no threads.
        """
        with self._lock:
            if self._flusher is not None and self._flusher.is_alive():
                return
            self._flusher = threading.Thread(target=self._flush_forever, daemon=True)
        atexit.register(self.flush)
        self._flusher.start()

    def _flush_forever(self) -> None:
        stopped = threading.Event()  # never set: a wait that can be interrupted at exit
        while not stopped.wait(settings.COUNTER_FLUSH_SECONDS):
            self.flush()
            connection.close()  # no request ends here that would close it
