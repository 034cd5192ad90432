"""What all the makers of rows share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import Model

from accounts.models import User
from audit.models import AuditLogEntry
from items.models import Moderated
from listings.models import Listing
from offerings.models import Offering
from seed.calendar import Calendar
from seed.pictures import Album
from seed.plan import STAFF, Plan
from seed.tables import fresh
from tasks.models import TaskRequest

VISIBLE, HIDDEN, REMOVED = Moderated.Moderation.values
REASONS = ("Spam.", "Posted twice.", "Not allowed here.", "Misleading pictures.")
HIDDEN_SHARE, REMOVED_SHARE = 0.015, 0.005


@dataclass
class Market:
    """The plan, and with which ids, times and pictures it becomes rows."""

    plan: Plan
    calendar: Calendar
    album: Album
    random_state: int
    first_ids: dict[type[Model], int]
    completed_at: dict[int, datetime] = field(default_factory=dict)  # by task number
    staff_acts: list[AuditLogEntry] = field(default_factory=list)

    def chance(self, purpose: str) -> Random:
        return Random(f"{self.random_state}:{purpose}")

    def person_id(self, number: int) -> int:
        return self.first_ids[User] + number

    def task_id(self, number: int) -> int:
        return self.first_ids[TaskRequest] + number

    def listing_id(self, number: int) -> int:
        return self.first_ids[Listing] + number

    def offering_id(self, number: int) -> int:
        return self.first_ids[Offering] + number

    def maybe_hide(self, row: Moderated, chance: Random) -> None:
        """Hide or remove a few."""
        roll = chance.random()
        if roll < REMOVED_SHARE:
            self.moderate(row, REMOVED, chance)
        elif roll < REMOVED_SHARE + HIDDEN_SHARE:
            self.moderate(row, HIDDEN, chance)

    def moderate(self, row: Moderated, decision: str, chance: Random) -> None:
        row.moderation = decision
        row.moderation_reason = chance.choice(REASONS)
        row.moderated_by_id = self.person_id(STAFF)
        row.moderated_at = self._between(row.created_at, chance)
        self.act(
            row,
            action="hide" if decision == HIDDEN else "remove",
            reason=row.moderation_reason,
            before=VISIBLE,
            after=decision,
            at=row.moderated_at,
        )

    def act(self, row: Model, *, at: datetime, **fields: str) -> None:
        """Keep what staff did for the trail."""
        self.staff_acts.append(
            fresh(
                AuditLogEntry,
                actor_id=self.person_id(STAFF),
                subject_type=row._meta.label_lower,
                subject_id=row.pk,
                subject_label=str(row)[:200],
                created_at=at,
                **fields,
            )
        )

    def acts(self, first_id: int) -> Iterator[AuditLogEntry]:
        for number, act in enumerate(self.staff_acts, first_id):
            act.pk = number
            yield act

    def _between(self, start: datetime, chance: Random) -> datetime:
        seconds = (self.calendar.today - start).total_seconds()
        return start + timedelta(seconds=int(seconds * chance.random()))
