"""A status field whose every change is one row of a table.

`Workflow.run` is the only code in the project that assigns a status. The API, the
admin, the OpenAPI schema and the diagrams in docs/ are all read off the table.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.budget import within_budget
from core.db import shared_queries
from core.db.locks import locked
from core.exceptions import DomainError, NotAllowed, WrongStatus

logger = logging.getLogger("marketplace")
Row = TypeVar("Row", bound=Model)


class User(Protocol):
    """The attributes of the user model that workflows use; `core` cannot import it."""

    @property
    def is_active(self) -> bool:
        """Return whether the user may sign in."""

    @property
    def is_staff(self) -> bool:
        """Return whether the user may use the admin."""


def no_effect(*args: Any, **kwargs: Any) -> None:
    """Do nothing: the effect or record of a transition that only changes the status."""


def is_system(obj: Model, actor: User | None) -> bool:
    """Allow the scheduler (`manage.py maintain`) alone: it acts without a user."""
    return actor is None


def is_staff(obj: Model, actor: User | None) -> bool:
    """Allow every active member of staff."""
    return actor is not None and actor.is_active and actor.is_staff


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of a workflow table. It holds data and named functions only."""

    name: str  # URL segment, admin action and history entry
    label: str | Promise  # "Confirm the work"
    done: str | Promise  # the message of the answer: "The work is confirmed."
    source: tuple[str, ...]
    target: str
    # Called with the object and the actor. `Any`: each function names the model of
    # its own table, and the user model.
    allow: Callable[[Any, Any], bool]
    effect: Callable[..., None] = no_effect  # in the transaction, with the row locked
    input: type | None = None  # serializer of the request body
    # Further URL paths of the same row. A path with named groups, which are ids,
    # takes them as its data, and reads a body only with `path_input`.
    aliases: tuple[str, ...] = ()
    path_input: type | None = None  # serializer of the body of paths with ids
    # Further objects of the answer: their key, and the attribute of the row that has
    # them once the effect has run.
    answer: Mapping[str, str] = field(default_factory=dict)
    # Codes of errors besides the common ones, by "s" and the status: {"s403": [...]}.
    error_codes: Mapping[str, list[str]] = field(default_factory=dict)
    in_api: bool = True
    in_admin: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The URL paths of the row below that of the object; none outside the API."""
        return (self.name, *self.aliases) if self.in_api else ()


class Workflow:
    """The table of one status `field`, and the engine that runs it.

    `parent` names a foreign key whose row is locked before the object's own, and
    `lock_first(obj)` locks what comes before both.
    `record(obj, *, actor, row, old, **data)` runs after each transition.
    """

    def __init__(
        self,
        *transitions: Transition,
        field: str = "status",
        parent: str = "",
        lock_first: Callable[[Any], None] = no_effect,
        record: Callable[..., None] = no_effect,
    ):
        self._by_name = {row.name: row for row in transitions}
        self._field = field
        self._parent = parent
        self._lock_first = lock_first
        self._record = record

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Transition:
        return self._by_name[name]

    @cached_property
    def _api_rows(self) -> tuple[Transition, ...]:
        return tuple(row for row in self if row.in_api)

    def available_to(self, obj: Model, user: User | None) -> list[str]:
        """Return the names of the API rows that `user` may run on `obj` now."""
        if user is None:
            return []  # also rows of the scheduler, which allow an actor of None
        status = getattr(obj, self._field)
        return [
            row.name
            for row in self._api_rows
            if status in row.source and row.allow(obj, user)
        ]

    def leading_to(self, target: str) -> str | None:
        """Return the name of the API row that ends in the status `target`, if any."""
        return next((row.name for row in self._api_rows if row.target == target), None)

    def is_possible(self, row: Transition, obj: Model, user: User) -> bool:
        """Return whether `user` may run `row` on `obj` as it is now."""
        return getattr(obj, self._field) in row.source and row.allow(obj, user)

    def check_allowed(self, name: str, obj: Model, actor: User | None) -> None:
        """Raise `NotAllowed` (403) if `actor` may never run this row on `obj`."""
        row = self._by_name[name]
        if not row.allow(obj, actor):
            raise NotAllowed(_("You may not do this: %(what)s.") % {"what": row.label})

    def run(
        self,
        name: str,
        obj: Row,
        *,
        actor: User | None,
        is_locked: bool = False,
        **data: Any,
    ) -> Row:
        """Run one transition on a freshly locked row and return that row.

        With `is_locked` the caller has just read it locked, in this transaction: it is
        not read again. `data` goes to the effect and the record. Raises `NotAllowed`
        (403) before `WrongStatus` (409), and then nothing is written.
        """
        # Without a savepoint if the row is locked: that is in the caller's transaction,
        # which is rolled back as a whole, or to the caller's own savepoint.
        with transaction.atomic(savepoint=not is_locked):
            # Without the lock, two requests could both find the source status and both
            # run their effects.
            return self._run(
                name, obj if is_locked else self.lock(obj), actor=actor, **data
            )

    def _run(self, name: str, obj: Row, *, actor: User | None, **data: Any) -> Row:
        row = self._by_name[name]
        self.check_allowed(name, obj, actor)
        old = getattr(obj, self._field)
        if old not in row.source:
            raise WrongStatus(
                _("Not possible now: %(what)s. Status: %(status)s.")
                % {"what": row.label, "status": self._status_label(obj)}
            )
        row.effect(obj, actor=actor, **data)
        setattr(obj, self._field, row.target)
        obj.save()
        self._record(obj, actor=actor, row=row, old=old, **data)
        return obj

    def run_due(self, name: str, due: QuerySet[Any]) -> int:
        """Run a transition of the scheduler on each row of `due`; return how many ran.

        Each row is a transaction of its own. A row that no longer belongs to `due` is
        skipped, and so is one of which a rule of the domain refuses the transition: it
        would keep all later ones from theirs. Two processes may call this at once.
        Stops early if the time of `core.budget` is over.
        """
        ran = 0
        for pk in within_budget(due.values_list("pk", flat=True)):
            try:
                ran += self._run_if_due(name, due, pk)
            except DomainError as error:
                logger.info("%s %s: %s", name, pk, error.code)
        return ran

    @transaction.atomic
    def _run_if_due(self, name: str, due: QuerySet[Any], pk: int) -> bool:
        # The condition is read again under the lock: without it, a task that was
        # confirmed since `due` was read would expire.
        obj = locked(due).filter(pk=pk).first()
        if obj is not None:
            self.run(name, obj, actor=None)
        return obj is not None

    def lock(self, obj: Row) -> Row:
        """Read the row again, locked, after its parent; return it.

        Writers that lock the parent first would deadlock with the opposite order.
        """
        self._lock_first(obj)
        if self._parent:
            field = type(obj)._meta.get_field(self._parent)
            parent = cast(type[Model], field.related_model)
            shared_queries.lock(parent, getattr(obj, f"{self._parent}_id"))
        return shared_queries.lock(type(obj), obj.pk)

    def _status_label(self, obj: Model) -> str:
        return str(getattr(obj, f"get_{self._field}_display")()).lower()

    def mermaid(self) -> str:
        """Return the table as a Mermaid state diagram."""
        edges = [
            f"    {source} --> {row.target}: {row.name}"
            for row in self
            for source in row.source
        ]
        return "\n".join(["stateDiagram-v2", *edges])
