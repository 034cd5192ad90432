"""`manage.py figures rebuild`."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from figures import services


class Command(BaseCommand):
    """Count the figures of days again from the rows."""

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the one action and its days."""
        actions = parser.add_subparsers(dest="action", required=True)
        rebuild = actions.add_parser("rebuild", help="Count days again.")
        for name, dest in (("--from", "first"), ("--to", "last")):
            rebuild.add_argument(
                name, dest=dest, type=date.fromisoformat, metavar="YYYY-MM-DD"
            )

    def handle(self, *, first: date | None, last: date | None, **options: Any) -> None:
        """Count the days. Raises `CommandError` if the last is before the first."""
        if first and last and last < first:
            raise CommandError("--to must not be before --from.")
        with tqdm(unit=" months", disable=None) as bar:
            count = services.rebuild(first, last, progress=lambda day: bar.update())
        self.stdout.write(f"Wrote {count} figures.")
