"""When a saved search runs next."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from alerts.models import SavedSearch

# The job runs once a minute. Its start varies by seconds: with a pause of a minute, a
# search could miss every second run.
INSTANT_PAUSE = timedelta(seconds=30)
MORNING = time(8)  # in the site's time zone
SPREAD_MINUTES = 60  # over which the digests of all people are spread
MONDAY = 0
Frequency = SavedSearch.Frequency


def next_run(frequency: str, *, user_id: int, at: datetime) -> datetime | None:
    """Return the first run after `at`; None for a search that is off.

    All digests of one person run at the same minute; those of all people are spread
    over an hour.
    """
    if frequency == Frequency.OFF:
        return None
    if frequency == Frequency.INSTANT:
        return at + INSTANT_PAUSE
    run = _morning(timezone.localtime(at), user_id)
    is_weekly = frequency == Frequency.WEEKLY
    while run <= at or (is_weekly and run.weekday() != MONDAY):
        run = _morning(run + timedelta(days=1), user_id)
    return run


def _morning(day: datetime, user_id: int) -> datetime:
    opening = datetime.combine(day.date(), MORNING, tzinfo=day.tzinfo)
    return opening + timedelta(minutes=user_id % SPREAD_MINUTES)
