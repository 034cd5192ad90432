"""The state that the modules of this package share while they make rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Model

from accounts.models import User
from audit.models import NUMBER_ALPHABET, AuditLogEntry, Decision
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
    decisions: list[Decision] = field(default_factory=list)
    decided: list[tuple[type[Model], int, dict[str, Any]]] = field(default_factory=list)

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
        outcome = "hide" if decision == HIDDEN else "remove"
        reason, at = rng.choice(REASONS), self._between(row.created_at, rng)
        self.decide(
            row,
            person_id=row.owner_id,
            outcome=outcome,
            facts=reason,
            at=at,
            field="decision",
            moderation=decision,
            moderation_reason=reason,
            moderated_by_id=self.person_id(STAFF),
            moderated_at=at,
        )
        self.log_action(
            row, action=outcome, reason=reason, before=VISIBLE, after=decision, at=at
        )

    def decide(
        self,
        row: Model,
        *,
        person_id: int,
        outcome: str,
        facts: str,
        at: datetime,
        field: str,
        **changes: Any,
    ) -> None:
        """Add a decision of the staff account about `row`.

        `follow_decisions` sets `changes` on the row, and `field` to the decision: the
        database wants the decision first, and that wants the row.
        """
        rng = self.rng(f"decision:{len(self.decisions)}")
        parts = ("".join(rng.choices(NUMBER_ALPHABET, k=4)) for _part in range(3))
        decision = new_row(
            Decision,
            id=self.first_ids[Decision] + len(self.decisions),
            number="-".join(["D", *parts]),
            target_type=row._meta.label_lower,
            target_id=row.pk,
            target_label=str(row)[:200],
            target_created_at=getattr(row, "created_at", None),
            actor_id=self.person_id(STAFF),
            created_at=at,
            person_id=person_id,
            outcome=outcome,
            facts=facts,
        )
        self.decisions.append(decision)
        changes |= {f"{field}_id": decision.pk}
        self.decided.append((type(row), row.pk, changes))

    def follow_decisions(self) -> None:
        """Hide, remove and suspend what was decided on. Call it after all rows."""
        for model, pk, changes in self.decided:
            model._base_manager.filter(pk=pk).update(**changes)

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
