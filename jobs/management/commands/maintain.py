"""`manage.py maintain`: print the counts of `jobs.maintenance.run_all`."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from jobs.maintenance import run_all


class Command(BaseCommand):
    """Expire, delete and repair what is due. A worker does it every hour.

    Prints how many rows each job has changed.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Change nothing; print how many rows would change.",
        )

    def handle(self, *, dry_run: bool, **options: object) -> None:
        failed = 0
        for name, count in run_all(at=timezone.now(), dry_run=dry_run):
            failed += count is None
            self.stdout.write(f"{name}: {'failed' if count is None else count}")
        if failed:
            raise CommandError(f"{failed} of the jobs failed; see the log.")
