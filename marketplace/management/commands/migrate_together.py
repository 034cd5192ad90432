"""Migrate, also when several processes start at once: one does, the others wait."""

from contextlib import contextmanager

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

LOCK = 7_205_759_403  # any number that nothing else in this database locks


class Command(BaseCommand):
    help = __doc__

    def handle(self, *, verbosity: int, **options):
        with one_at_a_time():
            call_command("migrate", interactive=False, verbosity=verbosity)


@contextmanager
def one_at_a_time():
    """Hold an advisory lock of PostgreSQL; SQLite serves one machine and needs none."""
    if connection.vendor != "postgresql":
        yield
        return
    holder = connection.copy()  # a connection of its own, as long as it takes
    try:
        with holder.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
    finally:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            cursor.execute("RESET lock_timeout; RESET statement_timeout")
        holder.close()
