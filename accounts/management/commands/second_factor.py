"""`manage.py second_factor status|reset NAME`: of people who lost their app."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import moderation
from accounts.models import User
from accounts.second_factor import services
from core.exceptions import DomainError

REASON = "by an operator with manage.py second_factor"


class Command(BaseCommand):
    """Shows or removes the second factor of an account."""

    help = (
        "Show the second factor of an account (status), or remove app and recovery "
        "codes of a person who lost them (reset), which ends all sessions. Make sure "
        "that it is this person who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and whose."""
        parser.add_argument("action", choices=["status", "reset"])
        parser.add_argument("name", help="the username or the e-mail address")
        parser.add_argument(
            "--by", help="username of who decided it, for the audit log; else NAME"
        )
        parser.add_argument("--reason", default=REASON, help="for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line. Raises `CommandError` for an unknown name."""
        user = _find(options["name"])
        if options["action"] == "status":
            self.stdout.write(_describe(user))
            return
        actor = _find(options["by"]) if options["by"] else user
        reason = options["reason"]
        try:
            moderation.reset_second_factor(user, actor=actor, reason=reason)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user}: reset. All sessions are ended.")


def _find(name: str) -> User:
    rows = User.objects.select_related("totp")
    rows = rows.filter(email=name) if "@" in name else rows.named(name)
    user = rows.first()
    if user is None:
        raise CommandError(f"There is no account {name!r}.")
    return user


def _describe(user: User) -> str:
    found = services.status(user)
    if not found["enabled"]:
        return f"{user}: no second factor, {user.passkeys.count()} passkeys"
    since, left = found["created_at"], found["recovery_codes_left"]
    return (
        f"{user}: authenticator app since {since:%Y-%m-%d}, {left} recovery codes, "
        f"{user.passkeys.count()} passkeys"
    )
