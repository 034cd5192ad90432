"""Days and times as arguments of commands."""

from argparse import ArgumentTypeError
from datetime import date, datetime, time

from django.utils import timezone


def day(text: str) -> date:
    """Return a day as `2026-01-31`. Raises `ArgumentTypeError`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day as 2026-01-31.") from error


def midnight(on: date) -> datetime:
    """Return the beginning of a day in the zone of the site."""
    return timezone.make_aware(datetime.combine(on, time.min))


def moment(text: str) -> datetime:
    """Return a time of ISO 8601, or the beginning of a day.

    One without a zone is of the site's. Raises `ArgumentTypeError`.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day and no time.") from error
    return at if timezone.is_aware(at) else timezone.make_aware(at)
