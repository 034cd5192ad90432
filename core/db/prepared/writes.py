"""Statements that write one row, made once for each model and set of columns."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    connections,
    models,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Manager, Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import InsertQuery
from psycopg.errors import UniqueViolation
from psycopg.types.numeric import Int8

from core.db.prepared.query import fetch_all
from core.lru import LRUCache

MAX_STATEMENTS = 128
_statements = LRUCache(MAX_STATEMENTS)


class _Statement(NamedTuple):
    """The SQL, and what makes Python's values of the columns that it returns."""

    sql: str
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]


class PreparedSaves(models.Model):
    """Saves its rows by prepared statements: in `save()`, with all that it does.

    Not for `select_on_save`, a base manager that filters, or fields that are written by
    SQL of their own, such as arrays: those raise `TypeError`.
    """

    class Meta:
        abstract = True

    def _do_insert(
        self,
        manager: Manager[Any],
        using: str,
        fields: Sequence[Field],
        returning_fields: Sequence[Field],
        raw: bool,
    ) -> list[tuple[Any, ...] | None]:
        # Where Django's `save` has found that the row is to be inserted.
        if settings.PREPARED_QUERIES and not raw and not _has_expression(self):
            return [_insert(self, manager.model, fields, returning_fields, using)]
        return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]  # private, so not in the stubs

    def _do_update(
        self,
        base_qs: QuerySet[Any],
        using: str | None,
        pk_val: Any,
        values: Collection[tuple[Field, type[Model] | None, Any]],
        update_fields: Iterable[str] | None,
        forced_update: bool,
    ) -> bool:
        # Where Django's `save` has found that the row may be there.
        is_plain = not any(hasattr(each, "resolve_expression") for *_f, each in values)
        if settings.PREPARED_QUERIES and values and is_plain:
            return _update(base_qs.model, pk_val, values, base_qs.db)
        return super()._do_update(
            base_qs, using, pk_val, values, update_fields, forced_update
        )


def insert(row: Model, *, ignore_conflicts: bool = False) -> bool:
    """Insert a row as `bulk_create([row], …)` does: it sends no signals.

    The row gets its id and what the database has made for it. Returns False, with
    `ignore_conflicts`, if a row with the same unique values is there already.
    """
    model, meta = type(row), type(row)._meta
    if not settings.PREPARED_QUERIES:
        return _insert_plainly(row, ignore_conflicts=ignore_conflicts)
    fields = [one for one in meta.concrete_fields if one is not meta.auto_field]
    if row.pk is not None and meta.auto_field is not None:
        fields.append(meta.auto_field)
    made = [field for field in meta.concrete_fields if _is_made(row, field)]
    if meta.auto_field is not None and row.pk is None:
        made.append(meta.auto_field)
    # As in `bulk_create`: after an error, Django refuses further queries.
    with transaction.mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS):
        found = _insert(row, model, fields, made, DEFAULT_DB_ALIAS, ignore_conflicts)
    if found is not None:
        for field, value in zip(made, found, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return found is not None


def _insert_plainly(row: Model, *, ignore_conflicts: bool) -> bool:
    # Django does not tell which rows `bulk_create(ignore_conflicts=True)` has written.
    try:
        # A savepoint: after an error PostgreSQL refuses all that follows.
        with transaction.atomic(savepoint=ignore_conflicts):
            type(row)._base_manager.bulk_create([row])
    except IntegrityError as error:
        if ignore_conflicts and _is_conflict(error):
            return False
        raise
    return True


def _is_conflict(error: IntegrityError) -> bool:
    name = getattr(error.__cause__, "sqlite_errorname", "")
    is_unique = name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
    return is_unique or isinstance(error.__cause__, UniqueViolation)


def _has_expression(row: Model) -> bool:
    """Whether a value is SQL, which belongs into the text of the statement."""
    return any(
        hasattr(value, "resolve_expression") and not isinstance(value, DatabaseDefault)
        for value in vars(row).values()
    )


def _is_made(row: Model, field: Field) -> bool:
    """Whether a value is left to the database, as the default of the column."""
    return isinstance(getattr(row, field.attname), DatabaseDefault)


def _insert(
    row: Model,
    model: type[Model],
    fields: Sequence[Field],
    returning: Sequence[Field],
    alias: str,
    ignore_conflicts: bool = False,
) -> tuple[Any, ...] | None:
    """Insert the row into the table of `model`; return the values of `returning`.

    None if a row in conflict is there already.
    """
    connection = connections[alias]
    columns, values = [], []
    for field in fields:
        value = field.pre_save(row, add=True)
        if isinstance(value, DatabaseDefault):
            continue
        columns.append(field)
        values.append(_bound(field, value, connection))
    # Of the others the value is known. A migration may change the type of a column, for
    # which PostgreSQL refuses a prepared statement that returns it.
    made = [field for field in returning if field not in columns]
    key = (model, connection.vendor, *columns, "returning", *made, ignore_conflicts)
    statement: _Statement = _statements.get(
        key, lambda: _compile(row, model, columns, made, alias, ignore_conflicts)
    )
    found = fetch_all(connection, statement.sql, values)
    if ignore_conflicts and not found:
        return None
    known = dict(zip(made, found[0] if made else (), strict=True))
    for position, (converters, column) in statement.converters.items():
        for convert in converters:
            value = known[made[position]]
            known[made[position]] = convert(value, column, connection)
    return tuple(
        known[field] if field in known else getattr(row, field.attname)
        for field in returning
    )


def _update(
    model: type[Model],
    pk: Any,
    values: Collection[tuple[Field, type[Model] | None, Any]],
    alias: str,
) -> bool:
    """Set columns of the row `pk` of `model`; return whether there is one."""
    connection, key = connections[alias], model._meta.pk
    fields = [field for field, _model, _value in values]
    sql: str = _statements.get(
        (model, connection.vendor, *fields, "update"),
        lambda: _update_sql(model, fields, connection),
    )
    params = [_bound(field, value, connection) for field, _model, value in values]
    params.append(_bound(key, pk, connection))
    return bool(fetch_all(connection, sql, params))


def _bound(field: Field, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """Return a value for its column: of one type whatever its size.

    Django gives the type of its column to a number, but not to an id. psycopg would
    prepare a statement for small ids, one for larger ones, and so on.
    """
    value = field.get_db_prep_save(value, connection)
    if type(value) is int and connection.vendor == "postgresql":
        return Int8(value)
    return value


def _update_sql(
    model: type[Model], fields: Sequence[Field], connection: BaseDatabaseWrapper
) -> str:
    quote, meta = connection.ops.quote_name, model._meta
    if any(hasattr(field, "get_placeholder") for field in fields):
        raise TypeError(f"{meta.label} has a field that is written by SQL of its own.")
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    # What it returns is no column, whose type a migration may change.
    return (
        f"UPDATE {quote(meta.db_table)} SET {assignments} "
        f"WHERE {quote(meta.pk.column)} = %s RETURNING 1"
    )


def _compile(
    row: Model,
    model: type[Model],
    fields: Sequence[Field],
    returning: Sequence[Field],
    alias: str,
    ignore_conflicts: bool,
) -> _Statement:
    """Return the statement that Django would run for this row, without its values."""
    query = InsertQuery(model)
    query.insert_values(fields, [row], raw=True)  # `pre_save` has run
    compiler = query.get_compiler(using=alias)
    compiler.returning_fields = returning
    [(sql, _values)] = compiler.as_sql()
    if ignore_conflicts:
        # Not Django's: on SQLite it writes OR IGNORE, which ignores a missing value as
        # well. What it returns tells whether the row was inserted.
        sql, _word, made = sql.partition(" RETURNING ")
        sql = f"{sql} ON CONFLICT DO NOTHING RETURNING {made or 1}"
    columns = [field.get_col(query.get_meta().db_table) for field in returning]
    return _Statement(sql, compiler.get_converters(columns))
