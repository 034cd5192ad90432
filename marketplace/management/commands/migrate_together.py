"""`manage.py migrate_together`: Django's `migrate` under a lock."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from core.db.locks import process_lock

LOCK_ID = 7_205_759_403  # of this command; any number no other code locks


class Command(BaseCommand):
    """Migrate the database; of several processes that start at once, one does it."""

    help = __doc__  # of this class

    def handle(self, *, verbosity: int, **options: Any) -> None:
        # Without the lock two processes would apply the same migration, and one fail.
        with process_lock(LOCK_ID):
            call_command("migrate", interactive=False, verbosity=verbosity)
