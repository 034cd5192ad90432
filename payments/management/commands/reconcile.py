"""`manage.py reconcile`: compare the ledger with the provider."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import reconciliation
from payments.moments import moment
from payments.providers.base import Unclear

DAYS = 3


class Command(BaseCommand):
    """Fetch missing events, and compare balances and changes with the ledger.

    Prints a line for each finding, and the counts as JSON. Exits with 1 if something is
    not explained.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--since", type=moment, help=f"A day or a time; {DAYS} days by default."
        )
        parser.add_argument("--dry-run", action="store_true", help="Write nothing.")
        parser.add_argument("--provider", default="", help="Another than the current.")

    def handle(
        self, *, since: datetime | None, dry_run: bool, provider: str, **options: Any
    ) -> None:
        """Reconcile. Raises `CommandError` (1) if something is not explained."""
        if (provider or settings.PAYMENT_PROVIDER) == "off":
            self.stdout.write("There is no provider of payments.")
            return
        now = timezone.now()
        since = since or now - timedelta(days=DAYS)
        try:
            result = reconciliation.reconcile(
                since, at=now, dry_run=dry_run, provider=provider
            )
        except Unclear as error:
            raise CommandError(f"The provider does not answer: {error}") from error
        for finding in result.findings:
            self.stdout.write(finding)
        self.stdout.write(json.dumps(result.as_dict()))
        if not result.is_clean:
            raise CommandError("Not everything is explained.")
