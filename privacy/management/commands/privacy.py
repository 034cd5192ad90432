"""`manage.py privacy`: print the record of processing; erase or keep an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import erasure as accounts
from accounts.models import User
from audit import services as audit
from core.exceptions import DomainError
from privacy import erasure, report


class Command(BaseCommand):
    """Print the record of processing; erase or keep the account of a person.

    `privacy erase NAME` begins the grace period; with `--now` there is none. `privacy
    keep NAME` ends it, for people without a password and a confirmed address. The audit
    log names the administrator of `--by`.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("report", help="Print the record of processing.")
        erase = commands.add_parser("erase", help="Erase an account.")
        keep = commands.add_parser("keep", help="Keep an account in its grace period.")
        for one in (erase, keep):
            one.add_argument("name", help="The username.")
            one.add_argument("--by", required=True, help="Who has decided: a username.")
            one.add_argument("--reason", default="Asked for by the person.")
        erase.add_argument("--now", action="store_true", help="Without grace period.")

    def handle(self, *, command: str, **options: Any) -> None:
        """Run a subcommand. Raises `CommandError`."""
        if command == "report":
            self.stdout.write("\n".join(report.markdown()))
        elif command == "keep":
            self._keep(**options)
        else:
            self._erase(**options)

    def _keep(self, *, name: str, by: str, reason: str, **options: Any) -> None:
        person, actor = self._find(name), self._find_administrator(by)
        try:
            person = accounts.keep(person)
        except DomainError as error:
            raise CommandError(str(error)) from error
        audit.record(person, actor=actor, action="keep", reason=reason)
        self.stdout.write(f"Account {person.pk} is kept.")

    def _erase(
        self, *, name: str, by: str, reason: str, now: bool, **options: Any
    ) -> None:
        person, actor = self._find(name), self._find_administrator(by)
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

    def _find_administrator(self, name: str) -> User:
        user = self._find(name)
        if not user.is_superuser:
            raise CommandError(f"{name} is no administrator.")
        return user

    def _find(self, name: str) -> User:
        user = User.objects.named(name).first()
        if user is None:
            raise CommandError(f"There is no account {name}.")
        return user
