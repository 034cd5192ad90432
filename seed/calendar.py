"""When things happened: days before the day on which the market is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.utils import timezone


@dataclass(frozen=True)
class Calendar:
    today: datetime  # its first moment

    @classmethod
    def owned_by(cls, now: datetime) -> "Calendar":
        midnight = timezone.localtime(now).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return cls(midnight)

    def before(self, days: float) -> datetime:
        return self.today - timedelta(seconds=int(days * 86400))

    def lately(self, chance: Random, days: float) -> datetime:
        """Within `days`, more of it in the last few."""
        return self.before(days * chance.random() ** 1.6 + 0.02)

    def long_ago(self, chance: Random, days: float) -> datetime:
        return self.before(days * chance.random() + 1)

    def listed(self, chance: Random) -> datetime:
        return self.lately(chance, min(35, settings.LISTING_DAYS * 0.7))

    def asked(self, chance: Random) -> datetime:
        return self.lately(chance, min(20, settings.TASK_DAYS * 0.7))

    def awaiting(self, chance: Random) -> datetime:
        return self.lately(chance, min(8, settings.AUTO_CONFIRM_DAYS * 0.6))

    def deadline(self, chance: Random, *, urgent: bool) -> datetime:
        """In the days to come, at a full hour in the daytime."""
        days = chance.randint(1, 3) if urgent else chance.randint(3, 21)
        return self.today + timedelta(days=days, hours=chance.randint(9, 19))
