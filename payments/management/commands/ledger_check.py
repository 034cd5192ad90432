"""`manage.py ledger_check`: find what is wrong in the ledger."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import examination, solvency
from payments.models import Journal
from payments.moments import moment


class Command(BaseCommand):
    """Print each fault of the ledger; exit with 1 if there is one.

    Checks what was written since the last check without a fault. `--all` checks
    everything, `--since` what was written since a day or time.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--all", action="store_true", help="Check everything.")
        parser.add_argument(
            "--since", type=moment, help="A day, or a time of ISO 8601."
        )

    def handle(self, *, since: datetime | None, **options: Any) -> None:
        """Check. Raises `CommandError` (1) for a fault."""
        newest, count = examination.newest_journal(), 0
        for fault in _faults(since, options["all"]):
            self.stdout.write(str(fault))
            count += 1
        for sentence in solvency.warnings():
            self.stdout.write(f"warning: {sentence}")
        if count:
            raise CommandError(f"{count} faults.")
        self.stdout.write(f"The ledger is in order up to journal {newest}.")


def _faults(since: datetime | None, everything: bool) -> Iterator[examination.Fault]:
    if everything:
        return examination.examine()
    if since is not None:
        return examination.examine(after=_before(since), changed_since=since)
    return examination.examine_new()


def _before(at: datetime) -> int:
    """Return the id of the last journal before a time."""
    earlier = Journal.objects.filter(created_at__lt=at).order_by("-created_at", "-pk")
    return (earlier.values_list("pk", flat=True).first() or 0) - examination.OVERLAP
