"""Run `migrate` under an advisory lock, so that several processes can start at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

LOCK_ID = 7_205_759_403  # of this command; any number no other code locks


class Command(BaseCommand):
    """`manage.py migrate_together`."""

    help = __doc__

    def handle(self, *, verbosity: int, **options: Any) -> None:
        with advisory_lock():
            call_command("migrate", interactive=False, verbosity=verbosity)


@contextmanager
def advisory_lock() -> Iterator[None]:
    """Wait for and hold the advisory lock on PostgreSQL; do nothing on SQLite.

    Without it two processes would apply the same migration, and one would fail.
    """
    if connection.vendor != "postgresql":
        yield
        return
    # A connection of its own: the lock belongs to the database session, and `migrate`
    # may close the default connection.
    lock_connection = connection.copy()
    try:
        with lock_connection.cursor() as cursor:
            # The lock is waited for as long as the other process migrates.
            cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_ID])
        yield
    finally:
        with lock_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_ID])
            cursor.execute("RESET lock_timeout; RESET statement_timeout")
        lock_connection.close()
