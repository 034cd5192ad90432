"""INSERT statements, compiled once for each model and set of columns."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Manager, Model
from django.db.models.constants import OnConflict
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import InsertQuery

from core.db.prepared.query import fetch_all
from core.lru import LRUCache

MAX_STATEMENTS = 128
_statements = LRUCache(MAX_STATEMENTS)
Rows = list[tuple[Any, ...]]


class _Statement(NamedTuple):
    """The SQL, and what makes Python's values of the columns that it returns."""

    sql: str
    convert: Callable[[Rows], Rows]


class PreparedInserts(models.Model):
    """Inserts its rows by prepared statements: in `save()`, with all that it does."""

    class Meta:
        abstract = True

    def _do_insert(
        self,
        manager: Manager[Any],
        using: str,
        fields: Sequence[Field],
        returning_fields: Sequence[Field],
        raw: bool,
    ) -> Rows:
        # Where Django's `save` has found that the row is to be inserted.
        if settings.PREPARED_QUERIES and not raw and not _has_expression(self):
            return _insert(self, fields, returning_fields, using)
        return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]  # private, so not in the stubs


def insert(row: Model, *, ignore_conflicts: bool = False) -> None:
    """Insert a row as `bulk_create([row], …)` does: it sends no signals.

    The row gets its id, unless it is in conflict with another one.
    """
    model = type(row)
    if not settings.PREPARED_QUERIES:
        model._base_manager.bulk_create([row], ignore_conflicts=ignore_conflicts)
        return
    meta = model._meta
    found = _insert(
        row,
        [field for field in meta.concrete_fields if field is not meta.auto_field],
        [meta.pk],
        DEFAULT_DB_ALIAS,
        on_conflict=OnConflict.IGNORE if ignore_conflicts else None,
    )
    if found:
        row.pk = found[0][0]
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _has_expression(row: Model) -> bool:
    """Whether a value is SQL, which belongs into the text of the statement."""
    return any(
        hasattr(value, "resolve_expression") and not isinstance(value, DatabaseDefault)
        for value in vars(row).values()
    )


def _insert(
    row: Model,
    fields: Sequence[Field],
    returning: Sequence[Field],
    alias: str,
    *,
    on_conflict: OnConflict | None = None,
) -> Rows:
    """Insert the row; return what its new columns `returning` have got."""
    connection = connections[alias]
    columns, values = [], []
    for field in fields:
        value = field.pre_save(row, add=True)
        if isinstance(value, DatabaseDefault):
            continue  # left out, it gets the default of the database
        columns.append(field)
        # An int gets the type of its column, and so one statement serves all.
        values.append(field.get_db_prep_save(value, connection))
    key = (type(row), connection.vendor, *columns, "returning", *returning, on_conflict)
    statement: _Statement = _statements.get(
        key, lambda: _compile(row, columns, returning, alias, on_conflict)
    )
    return statement.convert(fetch_all(connection, statement.sql, values))


def _compile(
    row: Model,
    fields: Sequence[Field],
    returning: Sequence[Field],
    alias: str,
    on_conflict: OnConflict | None,
) -> _Statement:
    """Return the statement that Django would run for this row, without its values."""
    query = InsertQuery(type(row), on_conflict=on_conflict)
    query.insert_values(fields, [row], raw=True)  # `pre_save` has run
    compiler = query.get_compiler(using=alias)
    compiler.returning_fields = returning
    [(sql, _values)] = compiler.as_sql()
    returned = [field.get_col(query.get_meta().db_table) for field in returning]
    converters = compiler.get_converters(returned)
    return _Statement(
        sql,
        lambda rows: (
            list(compiler.apply_converters(rows, converters)) if converters else rows
        ),
    )
