"""The state that the modules of this package share while they make rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import Model

from accounts.models import User
from audit.models import AuditLogEntry
from items.models import Item, Moderated
from listings.models import Listing
from offerings.models import Offering
from reviews.models import Review
from seed.calendar import Calendar
from seed.pictures import PictureLibrary
from seed.plan import STAFF, Plan
from seed.tables import new_row
from tasks.models import TaskRequest

VISIBLE, HIDDEN, REMOVED = Moderated.Moderation.values
REASONS = ("Spam.", "Posted twice.", "Not allowed here.", "Misleading pictures.")
HIDDEN_SHARE, REMOVED_SHARE = 0.015, 0.005


@dataclass
class Market:
    """The plan with the ids, times and pictures for its rows."""

    plan: Plan
    calendar: Calendar
    pictures: PictureLibrary
    random_state: int
    first_ids: dict[type[Model], int]
    completed_at: dict[int, datetime] = field(default_factory=dict)  # by task number
    audit_log: list[AuditLogEntry] = field(default_factory=list)

    def rng(self, purpose: str) -> Random:
        """Return a random generator of its own for each `purpose`.

        More rows of one table therefore do not change the rows of another.
        """
        return Random(f"{self.random_state}:{purpose}")

    def person_id(self, number: int) -> int:
        """Return the id of the user with this number, from 0."""
        return self.first_ids[User] + number

    def task_id(self, number: int) -> int:
        """Return the id of the task with this number, from 0."""
        return self.first_ids[TaskRequest] + number

    def listing_id(self, number: int) -> int:
        """Return the id of the listing with this number, from 0."""
        return self.first_ids[Listing] + number

    def offering_id(self, number: int) -> int:
        """Return the id of the offering with this number, from 0."""
        return self.first_ids[Offering] + number

    def maybe_hide(self, row: Item, rng: Random) -> None:
        """Hide or remove a small share of rows."""
        roll = rng.random()
        if roll < REMOVED_SHARE:
            self.moderate(row, REMOVED, rng)
        elif roll < REMOVED_SHARE + HIDDEN_SHARE:
            self.moderate(row, HIDDEN, rng)

    def moderate(self, row: Item | Review, decision: str, rng: Random) -> None:
        """Set the moderation of a row to `decision`, with its audit log entry."""
        row.moderation = decision
        row.moderation_reason = rng.choice(REASONS)
        row.moderated_by_id = self.person_id(STAFF)
        row.moderated_at = self._between(row.created_at, rng)
        self.log_action(
            row,
            action="hide" if decision == HIDDEN else "remove",
            reason=row.moderation_reason,
            before=VISIBLE,
            after=decision,
            at=row.moderated_at,
        )

    def log_action(self, row: Model, *, at: datetime, **fields: str) -> None:
        """Add an entry to the audit log for an action of the staff account."""
        self.audit_log.append(
            new_row(
                AuditLogEntry,
                actor_id=self.person_id(STAFF),
                subject_type=row._meta.label_lower,
                subject_id=row.pk,
                subject_label=str(row)[:200],
                created_at=at,
                **fields,
            )
        )

    def audit_log_entries(self, first_id: int) -> Iterator[AuditLogEntry]:
        """Return the entries added so far, numbered from `first_id`."""
        for number, entry in enumerate(self.audit_log, first_id):
            entry.pk = number
            yield entry

    def _between(self, start: datetime, rng: Random) -> datetime:
        seconds = (self.calendar.today - start).total_seconds()
        return start + timedelta(seconds=int(seconds * rng.random()))
