"""Do what the clock asks for, and mend what is out of step. Run it every hour."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs.maintenance import run_all


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Change nothing; say what would be."
        )

    def handle(self, *, dry_run, **options):
        failed = 0
        for name, count in run_all(at=timezone.now(), dry_run=dry_run):
            failed += count is None
            self.stdout.write(f"{name}: {'failed' if count is None else count}")
        if failed:
            raise CommandError(f"{failed} of the jobs failed; the log says why.")
