"""`manage.py transparency`: the yearly report about moderation."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from moderation.transparency import figures


class Command(BaseCommand):
    """Print the figures of a year as JSON: reports, decisions, appeals, times."""

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the year."""
        parser.add_argument("year", type=int, choices=range(2000, 2200), metavar="YEAR")

    def handle(self, *, year: int, **options: Any) -> None:
        """Print the report."""
        self.stdout.write(json.dumps(figures(year), indent=2))
