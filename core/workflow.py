"""A status field whose every change is one row of a table.

`Workflow.run` is the only code in the project that assigns a status. The API, the
admin, the OpenAPI schema and the diagrams in docs/ are all read off the table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser as User
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.db.locks import locked
from core.exceptions import NotAllowed, WrongStatus


def nothing(*args, **kwargs) -> None:
    """The effect or record of a transition that only changes the status."""


def is_system(obj: Model, actor: User | None) -> bool:
    """Allow the clock (`manage.py maintain`) and nobody else."""
    return actor is None


def is_staff(obj: Model, actor: User | None) -> bool:
    return actor is not None and actor.is_active and actor.is_staff


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: what it is called, where it leads, who may, and what else happens."""

    name: str  # URL segment, admin action and history entry
    label: str | Promise  # "Confirm the work"
    done: str | Promise  # what the answer says: "The work is confirmed."
    source: tuple[str, ...]
    target: str
    allow: Callable[[Model, User | None], bool]
    effect: Callable[..., None] = nothing  # in the transaction, with the row locked
    input: type | None = None  # serializer of the request body
    aliases: tuple[str, ...] = ()  # further URL segments of the same row
    in_api: bool = True
    in_admin: bool = False

    @property
    def method_name(self) -> str:
        return self.name.replace("-", "_")


class Workflow:
    """The table of one status `field`, and the engine that runs it."""

    def __init__(
        self,
        *transitions: Transition,
        field: str = "status",
        parent: str = "",
        record: Callable[..., None] = nothing,
    ):
        self._by_name = {row.name: row for row in transitions}
        self._field = field
        self._parent = parent  # a foreign key whose row is locked first
        self._record = record

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Transition:
        return self._by_name[name]

    @cached_property
    def _api_rows(self) -> tuple[Transition, ...]:
        return tuple(row for row in self if row.in_api)

    def available_to(self, obj: Model, user: User | None) -> list[str]:
        """Name what `user` may do through the API with `obj` as it is now."""
        if user is None:
            return []  # nobody does anything without signing in
        status = getattr(obj, self._field)
        return [
            row.name
            for row in self._api_rows
            if status in row.source and row.allow(obj, user)
        ]

    def leading_to(self, target: str) -> str | None:
        """Name the API row that ends in `target`, for a client that names statuses."""
        return next((row.name for row in self._api_rows if row.target == target), None)

    def is_possible(self, row: Transition, obj: Model, user: User) -> bool:
        """Tell whether `user` may perform `row` on `obj` as it is now."""
        return getattr(obj, self._field) in row.source and row.allow(obj, user)

    def refuse_strangers(self, name: str, obj: Model, actor: User | None) -> None:
        """Raise `NotAllowed` for somebody who may never do this with `obj`."""
        row = self._by_name[name]
        if not row.allow(obj, actor):
            raise NotAllowed(_("You may not do this: %(what)s.") % {"what": row.label})

    @transaction.atomic
    def run(self, name: str, obj: Model, *, actor: User | None, **data) -> Model:
        """Perform one transition on a freshly locked row and return that row.

        `data` goes to the effect and the record. Raises `NotAllowed` (403) before
        `WrongStatus` (409), and then nothing is written.
        """
        row = self._by_name[name]
        obj = self._locked(obj)
        self.refuse_strangers(name, obj, actor)
        old = getattr(obj, self._field)
        if old not in row.source:
            raise WrongStatus(
                _("Not possible now: %(what)s. It is %(status)s.")
                % {"what": row.label, "status": self._words(obj)}
            )
        row.effect(obj, actor=actor, **data)
        setattr(obj, self._field, row.target)
        obj.save()
        self._record(obj, actor=actor, row=row, old=old, **data)
        return obj

    def run_due(self, name: str, due: QuerySet) -> int:
        """Run a transition of the clock on each row of `due`; return how many ran.

        Each is a transaction of its own, and is left alone if somebody has acted on
        it since `due` was read. Safe to run twice at once.
        """
        return sum(
            self._run_if_due(name, due, pk) for pk in due.values_list("pk", flat=True)
        )

    @transaction.atomic
    def _run_if_due(self, name: str, due: QuerySet, pk: int) -> bool:
        # Read again under the lock: without it, a task confirmed meanwhile would
        # expire.
        obj = locked(due).filter(pk=pk).first()
        if obj is not None:
            self.run(name, obj, actor=None)
        return obj is not None

    def _locked(self, obj: Model) -> Model:
        """The freshly read row, locked; its parent's before it."""
        if self._parent:
            parent = type(obj)._meta.get_field(self._parent).related_model
            parent_id = getattr(obj, f"{self._parent}_id")
            locked(parent._base_manager).only("pk").get(pk=parent_id)
        return locked(type(obj)._base_manager).get(pk=obj.pk)

    def _words(self, obj: Model) -> str:
        return str(getattr(obj, f"get_{self._field}_display")()).lower()

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        edges = [
            f"    {source} --> {row.target}: {row.name}"
            for row in self
            for source in row.source
        ]
        return "\n".join(["stateDiagram-v2", *edges])
