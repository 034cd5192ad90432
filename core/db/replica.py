"""Reads from a replica of the database, for those who may see rows a little late.

`DATABASE_REPLICA_URL` names it. `read(handler, client=…)` calls a handler of an
anonymous request: all that it reads then comes from the replica, unless that lags by
more than `REPLICA_MAX_LAG_SECONDS`, is away, or the client has just written.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import Error, InterfaceError, OperationalError, connections
from psycopg.errors import QueryCanceled

logger = logging.getLogger("marketplace.replica")
PRIMARY, REPLICA = "default", "replica"
CHECK_INTERVAL_S = 1.0
Answer = TypeVar("Answer")
_is_reading: ContextVar[bool] = ContextVar("is_reading_replica", default=False)
# Positions in the log of changes (WAL), in bytes.
WRITTEN = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
REPLAYED = "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn"


def is_reading() -> bool:
    """Return whether queries of this thread read the replica now."""
    return _is_reading.get()


class ReplicaRouter:
    """The database router: reads of `read` go to the replica, all else does not."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return REPLICA if _is_reading.get() else PRIMARY

    def db_for_write(self, model: type, **hints: object) -> str:
        # Django would write a row to the database that it was read from.
        return PRIMARY

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True  # they are the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == PRIMARY


class Freshness:
    """Whether the replica lags little enough; asked once a second in each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_check = -math.inf
        self._is_fresh = False
        # When the primary had written how much, for the last checks.
        self._written: deque[tuple[float, int]] = deque(maxlen=600)

    def is_fresh(self) -> bool:
        """Return what the last check has found; make one if it is due."""
        # Not blocking: while one thread asks, the others use its last answer.
        if time.monotonic() >= self._next_check and self._lock.acquire(blocking=False):
            try:
                self._next_check = time.monotonic() + CHECK_INTERVAL_S
                self._check()
            finally:
                self._lock.release()
        return self._is_fresh

    def set_away(self) -> None:
        """Read the primary until the next check."""
        self._is_fresh = False

    def _check(self) -> None:
        was_fresh = self._is_fresh
        try:
            lag_s = self.lag_s()
        except Error as error:
            logger.debug("the replica was not checked: %r", error)
            lag_s = math.inf
        # Until the next check it may fall behind by as much again.
        max_lag_s = max(0.0, settings.REPLICA_MAX_LAG_SECONDS - CHECK_INTERVAL_S)
        self._is_fresh = lag_s <= max_lag_s
        if self._is_fresh != was_fresh:
            logger.warning(
                "the replica is %s", "used" if self._is_fresh else "not used"
            )

    def lag_s(self) -> float:
        """Return how many seconds the replica may be behind; infinity if unknown.

        Compares what it has replayed with what the primary had written, and when. So a
        replica that is cut off is noticed, which believes itself to be up to date.
        Raises `django.db.Error`.
        """
        now = time.monotonic()
        self._written.append((now, _ask(PRIMARY, WRITTEN)))
        replayed = _ask(REPLICA, REPLAYED)  # second: what came meanwhile is no lag
        moments = (at for at, written in reversed(self._written) if written <= replayed)
        return now - next(moments, -math.inf)


def _ask(alias: str, sql: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        [position] = cursor.fetchone()
    if position is None:  # no replica, or no longer one
        raise OperationalError(f"{alias} replays nothing.")
    return int(position)


freshness = Freshness()


def read(handler: Callable[[], Answer], *, client: str) -> Answer:
    """Return what `handler` returns, which must only read; it may be called twice."""
    if has_written(client) or not freshness.is_fresh():
        return handler()
    reading = _is_reading.set(True)
    try:
        return handler()
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise  # too slow: the primary would take as long
        logger.warning("the replica failed, the primary answers: %r", error)
        freshness.set_away()
    finally:
        _is_reading.reset(reading)
    return handler()


def note_write(client: str) -> None:
    """Let a client read the primary until the replica has what it wrote."""
    cache.set(_key(client), True, timeout=math.ceil(_marker_s()))


def has_written(client: str) -> bool:
    """Return whether a client has written so lately that the replica may lack it."""
    return bool(cache.get(_key(client)))


def _marker_s() -> float:
    return settings.REPLICA_MAX_LAG_SECONDS + CHECK_INTERVAL_S


def _key(client: str) -> str:
    return f"wrote:{client}"
