"""`manage.py privacy`: print the record of processing; erase an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import erasure as accounts
from accounts.models import User
from audit import services as audit
from core.exceptions import DomainError
from privacy import erasure, report


class Command(BaseCommand):
    """Print the record of processing, or erase the account of a person.

    `privacy erase NAME` begins the grace period; with `--now` there is none. The audit
    log names the administrator of `--by`.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("report", help="Print the record of processing.")
        erase = commands.add_parser("erase", help="Erase an account.")
        erase.add_argument("name", help="The username.")
        erase.add_argument("--by", required=True, help="Who has decided: a username.")
        erase.add_argument("--reason", default="Asked for by the person.")
        erase.add_argument("--now", action="store_true", help="Without grace period.")

    def handle(self, *, command: str, **options: Any) -> None:
        """Run a subcommand. Raises `CommandError`."""
        if command == "report":
            self.stdout.write("\n".join(report.markdown()))
        else:
            self._erase(**options)

    def _erase(
        self, *, name: str, by: str, reason: str, now: bool, **options: Any
    ) -> None:
        person, actor = self._find(name), self._find(by)
        if not actor.is_superuser:
            raise CommandError(f"{by} is no administrator.")
        at = timezone.now()
        try:
            person = accounts.schedule(person, at=at if now else None)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if now:
            User.objects.filter(pk=person.pk, erased_at=None).update(erasure_due_at=at)
            if not erasure.erase(person, at=at):
                raise CommandError("The account is in use, or was erased before.")
        person.refresh_from_db()
        audit.record(person, actor=actor, action="erase", reason=reason)
        done = "is erased" if now else f"will be erased on {person.erasure_due_at}"
        self.stdout.write(f"Account {person.pk} {done}.")

    def _find(self, name: str) -> User:
        user = User.objects.named(name).first()
        if user is None:
            raise CommandError(f"There is no account {name}.")
        return user
