"""`manage.py doctor`: print the findings of `core.doctor`."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.doctor import Finding, examine, has_errors, report


class Command(BaseCommand):
    """Examine the settings and what the site uses; name each problem and its remedy.

    The exit status is 1 if something does not work.
    """

    help = __doc__  # of this class
    requires_system_checks = ()  # the part "settings" names what they find

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`."""
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object."
        )

    def handle(self, *, json: bool, **options: object) -> None:
        """Print the findings. Raises `CommandError` if one is an error."""
        results = []
        for name, found in examine():
            results.append((name, found))
            if not json:
                self._print(name, found)
        if json:
            self.stdout.write(_as_json(results))
        if has_errors(results):
            raise CommandError("Something does not work; see the errors above.")

    def _print(self, name: str, found: list[Finding]) -> None:
        self.stdout.write(f"{name}: {'ok' if not found else ''}".rstrip())
        for finding in found:
            setting = f" [{finding.setting}]" if finding.setting else ""
            self.stdout.write(f"  {finding.severity}:{setting} {finding.problem}")
            self.stdout.write(f"    {finding.remedy}")


def _as_json(results: list[tuple[str, list[Finding]]]) -> str:
    return json.dumps(report(results), ensure_ascii=False)
