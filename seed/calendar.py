"""Times of the demo data, all relative to the day on which it is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.utils import timezone

MORNING, NIGHT = 8, 22  # the hours between which people write


def awake(at: datetime) -> datetime:
    """Return a time of the same day on which people write, in the same order."""
    local = timezone.localtime(at)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    share = (local - midnight).total_seconds() / 86_400
    hours = MORNING + (NIGHT - MORNING) * min(share, 0.9999)
    return midnight.replace(hour=int(hours)) + timedelta(seconds=int(hours % 1 * 3600))


@dataclass(frozen=True)
class Calendar:
    """Times before and after one day. Its methods take the random generator `rng`."""

    today: datetime  # midnight, local time

    @classmethod
    def for_day(cls, now: datetime) -> "Calendar":
        """Return the calendar of the local day of `now`."""
        midnight = timezone.localtime(now).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return cls(midnight)

    def before(self, days: float) -> datetime:
        """Return the time so many `days` before midnight."""
        return self.today - timedelta(seconds=int(days * 86400))

    def recent(self, rng: Random, days: float) -> datetime:
        """Return a time within the last `days`, more often in the latest of them."""
        return awake(self.before(days * rng.random() ** 1.6 + 0.02))

    def any_time(self, rng: Random, days: float) -> datetime:
        """Return a time within the last `days`, all equally likely."""
        return awake(self.before(days * rng.random() + 1))

    def listed_at(self, rng: Random) -> datetime:
        """Return when a listing was posted: it has not expired."""
        return self.recent(rng, min(35, settings.LISTING_DAYS * 0.7))

    def requested_at(self, rng: Random) -> datetime:
        """Return when an open task was posted: it has not expired."""
        return self.recent(rng, min(20, settings.TASK_DAYS * 0.7))

    def marked_done_at(self, rng: Random) -> datetime:
        """Return when a task was marked done: it is not confirmed automatically yet."""
        return self.recent(rng, min(8, settings.AUTO_CONFIRM_DAYS * 0.6))

    def deadline(self, rng: Random, *, urgent: bool) -> datetime:
        """Return a time in the next days, at a full hour of the day."""
        days = rng.randint(1, 3) if urgent else rng.randint(3, 21)
        return self.today + timedelta(days=days, hours=rng.randint(9, 19))
