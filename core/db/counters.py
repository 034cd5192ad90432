"""Counters that requests increase in memory, and that are written periodically."""

import atexit
import logging
import operator
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Case, F, Model, Value, When
from django.db.models.functions import Greatest

from core.cached_counts import increment
from core.lru import LRUCache

logger = logging.getLogger("marketplace.counters")
BATCH_ROWS = 500
HAS_TOTAL = "_has_shared_total"  # attribute of a row that was given one
TOTAL_SECONDS = 7 * 24 * 3600  # then a total begins again with the stored count
MAX_SHOWN_TOTALS = 10_000


class PeriodicFlusher:
    """Writes what requests have counted in memory, every `COUNTER_FLUSH_SECONDS`.

    A subclass calls `_flush_soon` after it has counted something.
    """

    def __init__(self) -> None:
        # Request threads and the flushing thread change what is pending: without the
        # lock, counts added while it is exchanged would be lost.
        self._lock = threading.Lock()
        self._flusher: threading.Thread | None = None

    def flush(self) -> int:
        """Write the pending counts; return the number of rows."""
        raise NotImplementedError

    def _flush_soon(self) -> None:
        """Have it written by the flushing thread; at once for an interval of 0."""
        if settings.COUNTER_FLUSH_SECONDS:
            self._start_flusher()
        else:
            self.flush()

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
        # It ends where the interval has become 0, as tests set it: it would never wait.
        while (interval := settings.COUNTER_FLUSH_SECONDS) and not stopped.wait(
            interval
        ):
            self.flush()
            connection.close()  # no request ends here that would close it


class BufferedCounter(PeriodicFlusher):
    """Adds to `field` of rows of `model`, every `COUNTER_FLUSH_SECONDS`.

    A request that counts then takes no row lock. A process that is killed loses what
    it has not written. With an interval of 0 every count is written at once.

    With Redis the processes share one running total for each row, so that the count
    that a reader sees never goes back when another process answers, in a list or in a
    detail. Without it, each process adds what it has counted itself.
    """

    def __init__(self, model: type[Model], field: str):
        super().__init__()
        self._model = model
        self._field = field
        self._pending: Counter[int] = Counter()  # by primary key, not yet written
        self._totals: dict[int, int] = {}  # the same, as shared running totals
        # What this process has shown, by key of the cache: what it goes on from when
        # Redis is emptied or away, and the database does not have the total yet.
        self._shown = LRUCache(MAX_SHOWN_TOTALS)

    def add(self, row: Model) -> None:
        """Count one more for a loaded row, so that `value(row)` includes it."""
        if settings.REDIS_URL:
            self._add_shared(row)
            return
        with self._lock:
            self._pending[row.pk] += 1
            before = self._pending[row.pk]
        self._flush_soon()
        # The row was loaded before a flush that has just written what was pending.
        written = before - self._pending.get(row.pk, 0)
        setattr(row, self._field, getattr(row, self._field) + written)

    def show(self, rows: Iterable[Model]) -> None:
        """Set the field of loaded rows to the shared totals, without counting.

        Takes one command of Redis for all of them, and none without Redis.
        """
        if not settings.REDIS_URL:
            return
        keys = [(self._key(row), row) for row in rows if not hasattr(row, HAS_TOTAL)]
        totals = cache.get_many([key for key, _row in keys]) if keys else {}
        for key, row in keys:
            total = max(getattr(row, self._field), totals.get(key, 0))
            self._set_total(row, self._remember(key, total))

    def _add_shared(self, row: Model) -> None:
        key = self._key(row)
        last = self._remember(key, getattr(row, self._field))
        # Two processes never give the same total to two views.
        total = increment(key, start=last, timeout=TOTAL_SECONDS)
        if total <= last:
            # The cache is behind what readers have seen: others began again after it
            # was emptied, or it is another one since Redis went away or came back. It
            # is raised, for the processes that have not seen as much.
            change = last + 1 - total
            total = increment(key, change, start=total, timeout=TOTAL_SECONDS)
        total = max(total, last + 1)
        # Not what it returns: a later view of another thread may have a greater total.
        self._remember(key, total)
        with self._lock:
            self._totals[row.pk] = max(total, self._totals.get(row.pk, 0))
        self._flush_soon()
        self._set_total(row, total)

    def _remember(self, key: str, total: int) -> int:
        """Return `total`, or the greater one that this process has shown before."""
        # Under the lock: of two threads, the one with the smaller total could be last.
        with self._lock:
            total = max(total, self._shown.get(key, int))
            self._shown.put(key, total)
        return total

    def _set_total(self, row: Model, total: int) -> None:
        setattr(row, self._field, total)
        # Later views of other threads do not change what this reader has been given.
        setattr(row, HAS_TOTAL, True)

    def _key(self, row: Model) -> str:
        # With the time of creation: installations that share one Redis have rows with
        # the same ids.
        created_at = getattr(row, "created_at", None)
        moment = created_at.timestamp() if created_at else 0
        return f"total:{self._model._meta.label_lower}:{self._field}:{row.pk}:{moment}"

    def value(self, row: Model) -> int:
        """Return the count of a loaded row, with what this process has not written.

        With Redis, the count that `add` or `show` has given the row.
        """
        return getattr(row, self._field) + self._pending.get(row.pk, 0)

    def flush(self) -> int:
        """Write the pending counts; return the number of rows.

        Counts that could not be written stay pending.
        """
        with self._lock:
            counts, self._pending = self._pending, Counter()
            totals, self._totals = self._totals, {}
        # In the order of their ids: processes that flush at once lock rows in the same
        # order, so that one waits for the other instead of a deadlock.
        rows = sorted(counts.items())
        try:
            for start in range(0, len(rows), BATCH_ROWS):
                self._write(rows[start : start + BATCH_ROWS], operator.add)
                for pk, _count in rows[start : start + BATCH_ROWS]:
                    del counts[pk]  # or a failure later on would count it twice
            shared = sorted(totals.items())
            for start in range(0, len(shared), BATCH_ROWS):
                # The greater one: another process may have written a later total.
                self._write(shared[start : start + BATCH_ROWS], Greatest)
        except DatabaseError:
            logger.warning("counter flush failed, will be repeated", exc_info=True)
            with self._lock:
                self._pending.update(counts)
                # A later view may have a higher total by now.
                self._totals = totals | self._totals
        return len(rows) + len(totals)

    def _write(
        self, rows: list[tuple[int, int]], combine: Callable[[F, Case], Any]
    ) -> None:
        """Set the field of rows to what `combine` makes of it and of their number."""
        number = Case(*(When(pk=pk, then=Value(count)) for pk, count in rows))
        # F(): other processes write the same rows.
        found = self._model._base_manager.filter(pk__in=[pk for pk, _count in rows])
        found.update(**{self._field: combine(F(self._field), number)})
