"""Locks of rows (the only place that calls `select_for_update`) and of processes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Manager, Model, QuerySet

LOCK_POLL_S = 0.3
Row = TypeVar("Row", bound=Model)
WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND relation = %s::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def locked(
    rows: QuerySet[Row] | Manager[Row],
    *,
    of: tuple[str, ...] = (),
    skip_locked: bool = False,
) -> QuerySet[Row]:
    """Return `rows`, locked until the transaction ends.

    `of` names the tables of a join that are locked, "self" for that of the model.
    With `skip_locked`, rows that another transaction has locked are left out.
    """
    # no_key (FOR NO KEY UPDATE): rows with a foreign key to a locked row can still be
    # inserted. With FOR UPDATE, two people who review each other at once would each
    # wait for the other's row.
    return rows.select_for_update(of=of, no_key=True, skip_locked=skip_locked)


def writers_of(model: type[Model]) -> frozenset[str]:
    """Return the ids of the transactions that are writing to the table of a model.

    Empty on SQLite, where rows are committed in the order of their ids.
    """
    if connection.vendor != "postgresql":
        return frozenset()
    # A transaction takes this lock before it takes an id of the table's sequence, and
    # PostgreSQL shows its rows before it releases the lock: one that is not listed has
    # ended, and later queries see its rows. Transaction ids (`xmin`) cannot say so, as
    # a transaction may take an id of the sequence before it gets its own.
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [model._meta.db_table])
        return frozenset(transaction for (transaction,) in cursor.fetchall())


@contextmanager
def process_lock(lock_id: int) -> Iterator[None]:
    """Wait until no other process that uses this database holds `lock_id`; hold it.

    For commands that containers start at the same moment. The lock ends with the
    process, however that ends.
    """
    if connection.vendor == "postgresql":
        with _advisory_lock(lock_id):
            yield
    elif connection.is_in_memory_db():  # type: ignore[attr-defined]  # of SQLite
        yield  # no other process can use it
    else:
        # A file beside the database: SQLite's own lock would be lost with each commit.
        path = Path(f"{connection.settings_dict['NAME']}.{lock_id}.lock")
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            yield


def _is_taken(cursor: CursorWrapper, lock_id: int) -> bool:
    """Take the lock if it is free; return whether it was."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_id])
    (is_ours,) = cursor.fetchone()
    return bool(is_ours)


@contextmanager
def _advisory_lock(lock_id: int) -> Iterator[None]:
    # A connection of its own: the lock belongs to the database session, and `migrate`
    # may close the default connection.
    lock_connection = connection.copy()
    try:
        with lock_connection.cursor() as cursor:
            # Asked for again and again: a statement that waits would be a transaction
            # that CREATE INDEX CONCURRENTLY of the other process waits for in turn.
            while not _is_taken(cursor, lock_id):
                time.sleep(LOCK_POLL_S)
        yield
    finally:
        with lock_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_id])
        lock_connection.close()
