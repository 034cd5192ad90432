"""When a search is asked again."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from alerts.models import SavedSearch

PAUSE = timedelta(seconds=30)  # less than a minute, so that every tick finds it due
MORNING = time(8)  # on the site's clock
SPREAD_MINUTES = 60  # the digests of all people
MONDAY = 0
Frequency = SavedSearch.Frequency


def next_run(frequency: str, *, user_id: int, at: datetime) -> datetime | None:
    """The first turn after `at`; None for searches that are off.

    All digests of a person come together, those of many over an hour.
    """
    if frequency == Frequency.OFF:
        return None
    if frequency == Frequency.INSTANT:
        return at + PAUSE
    turn = _morning(timezone.localtime(at), user_id)
    is_weekly = frequency == Frequency.WEEKLY
    while turn <= at or (is_weekly and turn.weekday() != MONDAY):
        turn = _morning(turn + timedelta(days=1), user_id)
    return turn


def _morning(day: datetime, user_id: int) -> datetime:
    opening = datetime.combine(day.date(), MORNING, tzinfo=day.tzinfo)
    return opening + timedelta(minutes=user_id % SPREAD_MINUTES)
