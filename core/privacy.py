"""The registry of personal data: whose each field is, and what becomes of it.

Each app describes its models in its `privacy.py`, and those of a library that it uses:

    describe(
        SavedSearch,
        whose="user",
        purpose="Searches that run again for the person.",
        exports="name query",
        internal="digest",
        delete=True,
    )

A test fails for a model or a field that is not described. The export, the erasure and
the record of processing (`manage.py privacy report`) read this registry alone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import Model, QuerySet

# Of every table: exported, and kept as long as the row.
BORING = frozenset({"created_at", "updated_at"})
OWNERSHIP = "It refers to the account, which names nobody after the erasure."

# A path of foreign keys to the person, or what returns the rows of a person.
Whose = str | Callable[[Any], QuerySet[Any]]


@dataclass(frozen=True)
class Table:
    """What one model holds about people. Names are those of its concrete fields."""

    model: type[Model]
    purpose: str
    retention: str
    whose: tuple[Whose, ...]  # empty: nobody's
    mentions: tuple[Whose, ...]  # rows of others that name the person: erased too
    parties: tuple[str, ...]  # paths to others who find the row in their export
    exports: frozenset[str]
    private: frozenset[str]  # of `exports`: not shown to the parties
    internal: frozenset[str]  # never exported
    delete: bool  # the row; otherwise each field is in one of the next two
    replaced: dict[str, Any] = field(default_factory=dict)  # by the value at erasure
    kept: dict[str, str] = field(default_factory=dict)  # with the reason
    remove: Callable[[Any], None] | None = None  # deletes a row with its files
    party_rows: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    redact: Callable[[list[dict[str, Any]]], None] | None = None

    @property
    def name(self) -> str:
        """The label of the model, such as `alerts.SavedSearch`."""
        return self.model._meta.label

    @property
    def is_personal(self) -> bool:
        """Whether the rows belong to people."""
        return bool(self.whose)

    def rows(self, person: Any) -> Iterator[QuerySet[Any]]:
        """Yield querysets that together are the rows of `person`; they may overlap."""
        for whose in self.whose:
            yield self._of(whose, person)

    def rows_that_mention(self, person: Any) -> Iterator[QuerySet[Any]]:
        """Yield querysets of the rows of others that name `person`."""
        for whose in self.mentions:
            yield self._of(whose, person)

    def rows_as_party(self, person: Any) -> Iterator[QuerySet[Any]]:
        """Yield querysets of the rows that `person` sees without owning them."""
        for path in self.parties:
            rows = self._of(path, person)
            for own in self.whose:
                if isinstance(own, str):
                    rows = rows.exclude(**{own: person.pk})
            yield self.party_rows(rows) if self.party_rows else rows

    def _of(self, whose: Whose, person: Any) -> QuerySet[Any]:
        if callable(whose):
            return whose(person)
        return self.model._base_manager.filter(**{whose: person.pk})

    @property
    def references(self) -> set[str]:
        """The fields that name the person or a party themselves."""
        paths = {
            path
            for path in (*self.whose, *self.mentions, *self.parties)
            if isinstance(path, str)
        }
        return {path for path in paths if "__" not in path and path != "pk"}


TABLES: dict[type[Model], Table] = {}


def describe(
    model: type[Model],
    *,
    purpose: str,
    whose: Whose | tuple[Whose, ...],
    mentions: tuple[Whose, ...] = (),
    retention: str = "As long as the account.",
    parties: str = "",
    exports: str = "",
    private: str = "",
    internal: str = "",
    delete: bool = False,
    blank: str = "",
    pseudonymise: dict[str, Any] | None = None,
    keep: dict[str, str] | None = None,
    remove: Callable[[Any], None] | None = None,
    party_rows: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None,
    redact: Callable[[list[dict[str, Any]]], None] | None = None,
) -> None:
    """Register what `model` holds. Fields are named in texts, separated by spaces.

    Each field is exported or internal. Unless the erasure deletes the row, each field
    is also blanked, pseudonymised (with the value, or a function of the id of the row)
    or kept (names: the reason). Ids, times of creation and the foreign keys to people
    of `whose` and `parties` need no mention. Rows of others that `mentions` finds are
    erased and not exported. `remove` deletes a row with its files, and `party_rows`
    leaves out rows that a party may not see. `redact` changes a batch of exported
    values, by column, in place. Raises `ValueError` for a second
    description.
    """
    if model in TABLES:
        raise ValueError(f"{model._meta.label} is described twice.")
    kept = {name: why for names, why in (keep or {}).items() for name in names.split()}
    replaced = {name: _empty(model, name) for name in blank.split()}
    TABLES[model] = Table(
        model=model,
        purpose=purpose,
        retention=retention,
        whose=whose if isinstance(whose, tuple) else (whose,),
        mentions=mentions,
        parties=tuple(parties.split()),
        exports=frozenset((exports + " " + private).split()),
        private=frozenset(private.split()),
        internal=frozenset(internal.split()),
        delete=delete,
        replaced=replaced | (pseudonymise or {}),
        kept=kept,
        remove=remove,
        party_rows=party_rows,
        redact=redact,
    )


def describe_impersonal(model: type[Model], fields: str, *, because: str) -> None:
    """Register a model that holds nothing about people, with all of its fields."""
    describe(
        model,
        purpose=because,
        whose=(),
        retention="As long as it is used.",
        internal=fields,
        keep={fields: because},
    )


def columns(model: type[Model]) -> "dict[str, models.Field[Any, Any]]":
    """Return the concrete fields of a model by their names."""
    return {column.name: column for column in model._meta.concrete_fields}


def _empty(model: type[Model], name: str) -> Any:
    """Return the empty value of a field: "", None, False, or the JSON default."""
    column = columns(model).get(name)  # `problems` names one that does not exist
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.JSONField):
        return column.get_default()
    is_text = isinstance(column, models.CharField | models.TextField)
    return "" if column is not None and is_text and not column.null else None


# --- Completeness ---------------------------------------------------------------------


def all_models() -> list[type[Model]]:
    """Return every model with a table, also of libraries and of many-to-many fields."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def problems() -> Iterator[str]:
    """Yield a sentence for each model and field that is not described, or wrongly."""
    for model in all_models():
        if model in TABLES:
            yield from _problems_of(TABLES[model])
        else:
            yield f"{model._meta.label} is not described in any privacy.py."


def _problems_of(table: Table) -> Iterator[str]:
    names = set(columns(table.model))
    boring = {n for n in names if n in BORING or _is_id(table.model, n)}
    plain = names - boring - table.references
    fates = [table.replaced.keys(), table.kept.keys()]
    yield from _sorted_once(table, plain, [table.exports, table.internal], "exported")
    if not table.delete:
        yield from _sorted_once(table, plain, fates, "handled at erasure")
    for name in sorted(table.exports.union(table.internal, *fates) - names):
        yield f"{table.name} has no field {name}."


def _sorted_once(
    table: Table, names: set[str], groups: list[Any], what: str
) -> Iterator[str]:
    for name in sorted(names):
        count = sum(name in group for group in groups)
        if count != 1:
            yield f"{table.name}.{name} must say once how it is {what}, not {count}×."


def _is_id(model: type[Model], name: str) -> bool:
    return isinstance(columns(model)[name], models.AutoField)


def erasure_order() -> list[Table]:
    """Return the tables of people: first those that stay, then deleted rows.

    A deleted row comes before those that it refers to, and the account is the last one:
    it has the names and addresses by which other rows are found.
    """
    personal = [table for table in TABLES.values() if table.is_personal]
    stay = [table for table in personal if not table.delete]
    deleted = {table.model: table for table in personal if table.delete}
    graph: dict[type[Model], set[type[Model]]] = {model: set() for model in deleted}
    for model in deleted:
        for column in columns(model).values():
            to = cast(type[Model], column.related_model)
            if to in graph and to is not model:
                graph[to].add(model)
    ordered = [deleted[model] for model in TopologicalSorter(graph).static_order()]
    accounts = [table for table in stay if table.whose == ("pk",)]
    return [table for table in stay if table not in accounts] + ordered + accounts


# --- What stands in the way of an erasure, and what comes before it -------------------


@dataclass(frozen=True)
class Reason:
    """Why an account cannot be erased now; the sentence is translated."""

    code: str
    count: int
    sentence: str


Obstacle = Callable[[Any], Iterable[Reason]]
Step = Callable[[Any], None]
OBSTACLES: list[Obstacle] = []
STEPS: list[Step] = []


def obstacle(function: Obstacle) -> Obstacle:
    """Register a function that yields the `Reason`s why a person cannot leave now."""
    OBSTACLES.append(function)
    return function


def erasure_step(function: Step) -> Step:
    """Register a function that runs before the rows of a person are erased.

    It has to be idempotent: after a crash the erasure starts again.
    """
    STEPS.append(function)
    return function


def reasons_to_stay(person: Any) -> list[Reason]:
    """Return all reasons why `person` cannot leave now."""
    return [reason for find in OBSTACLES for reason in find(person)]
