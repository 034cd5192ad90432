"""`manage.py statements`: statements of reasons for the EU's Transparency Database."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from moderation.statements import statements
from payments.moments import day, midnight


class Command(BaseCommand):
    """Print a statement for each restriction since a day, one line of JSON each.

    They hold no personal data: neither names nor what was posted.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the day."""
        parser.add_argument(
            "--since",
            type=day,
            required=True,
            help="As 2026-01-31.",
        )

    def handle(self, *, since: Any, **options: Any) -> None:
        """Print the statements."""
        begin: datetime = midnight(since)
        for each in statements(since=begin):
            self.stdout.write(json.dumps(each, ensure_ascii=False))
