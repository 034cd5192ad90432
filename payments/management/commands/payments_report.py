"""`manage.py payments_report`: what happened in a period."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import reports
from payments.moments import day, midnight


class Command(BaseCommand):
    """Report the days FROM to TO: totals by account and kind, and payouts by payee.

    Days are of the site's zone, and TO is the last one of the period.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the period and the file."""
        parser.add_argument("from", type=day, metavar="FROM", help="As 2026-01-31.")
        parser.add_argument("to", type=day, metavar="TO", help="As 2026-01-31.")
        parser.add_argument("--csv", metavar="FILE", help="Write CSV to this file.")

    def handle(self, *, to: date, csv: str | None, **options: Any) -> None:
        """Print or write the report. Raises `CommandError`."""
        begin = options["from"]
        if to < begin:
            raise CommandError("The period ends before it begins.")
        rows = reports.report(midnight(begin), midnight(to + timedelta(days=1)))
        if csv is None:
            reports.write(rows, self.stdout)  # type: ignore[arg-type]  # has `write`
            return
        try:
            with Path(csv).open("w", newline="", encoding="utf-8") as file:
                count = reports.write(rows, file)
        except OSError as error:
            raise CommandError(f"{csv}: {error.strerror}") from error
        self.stdout.write(f"{count} rows in {csv}.")
