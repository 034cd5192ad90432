"""Staff are told of rules that fail, once an hour for each."""

from datetime import datetime

from django.conf import settings

from jobs.services import enqueue_mail


def rule_fails(name: str, *, at: datetime) -> None:
    """Queue an e-mail to each of `ALERT_EMAILS`, once in the hour of `at`."""
    for address in settings.ALERT_EMAILS:
        enqueue_mail(
            f"rule_fails:{name}:{at:%Y-%m-%dT%H}:{address}",
            to=address,
            subject=f"The rule {name} fails",
            text=f"The rule {name} has raised an error; the log of the server has it. "
            f"Posts {PASSED[settings.RULES_ON_FAILURE]}. The rule can be turned off in "
            "the admin.",
        )


PASSED = {"pass": "pass without it", "hold": "are held until staff have seen them"}
