"""`manage.py rules list` and `manage.py rules try NAME`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count
from django.utils import timezone

from rules import configuration, dry_run
from rules.models import RuleHit, RuleSetting
from rules.registry import RULES

DAY = timedelta(days=1)


class Command(BaseCommand):
    """List the rules, or try one over the past without writing anything."""

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="Print each rule, and its hits of a day.")
        attempt = actions.add_parser("try", help="Count what a rule would find.")
        attempt.add_argument("name", choices=sorted(RULES))
        attempt.add_argument("--days", type=int, default=30)
        attempt.add_argument("--outcome", default="")

    def handle(self, *, action: str, **options: Any) -> None:
        """Run one action. Raises `CommandError` for options that do not fit."""
        if action == "list":
            self._list()
        else:
            self._try(options["name"], options["days"], options["outcome"])

    def _list(self) -> None:
        rows = {row.name: row for row in RuleSetting.objects.all()}
        recent = RuleHit.objects.filter(created_at__gt=timezone.now() - DAY)
        hits = dict(recent.order_by().values_list("rule").annotate(Count("pk")))
        for name, rule in RULES.items():
            row = rows.get(name)
            state = "on" if configuration.is_enabled(rule, row) else "off"
            outcome = row.outcome if row else rule.outcome
            failures = row.failures if row else 0
            self.stdout.write(
                f"{name:20} {state:3} {outcome:6} {hits.get(name, 0)} hits in a day, "
                f"{failures} failures"
            )

    def _try(self, name: str, days: int, outcome: str) -> None:
        if not 0 < days <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        if outcome and outcome not in RULES[name].outcomes:
            raise CommandError(
                f"{name} has the outcomes {', '.join(RULES[name].outcomes)}."
            )
        one = configuration.configured(name, outcome)
        since = timezone.now() - timedelta(days=days)
        result = dry_run.run(one, since=since)
        for kind in sorted(result.seen):
            ids = ", ".join(map(str, result.examples.get(kind, ())))
            self.stdout.write(
                f"{kind}: {one.outcome} {result.found[kind]} of {result.seen[kind]}"
                + (f"; ids {ids}" if ids else "")
            )
        total, found = sum(result.seen.values()), sum(result.found.values())
        self.stdout.write(f"{name}: {found} of {total} posts of {days} days.")
