"""Bulk inserts: COPY on PostgreSQL, INSERT elsewhere.

Unlike `bulk_create` they keep times that saving would set to now.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from typing import TypeVar

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, JSONField, Max, Model
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault

from geo.fields import SnappedField
from search.fields import NormalizedTextField

COMPUTED = (SnappedField, NormalizedTextField)
Row = TypeVar("Row", bound=Model)


@cache
def _defaults(model: type[Model]) -> dict:
    values = {
        field.attname: _default(field) for field in model._meta.local_concrete_fields
    }
    return values | {"_state": ModelState()}


def _default(field: Field) -> object:
    """Return the default of a field; of one that the database gives, if it is plain."""
    default = field.get_default()
    if isinstance(default, DatabaseDefault):
        # Both ways of inserting write all columns, so the database gives none.
        expression = getattr(default, "expression", None)
        return getattr(expression, "value", None)
    return default


def new_row(model: type[Row], **fields: object) -> Row:
    """Return an unsaved instance with defaults, made without the slow constructor.

    `fields` are attribute names of columns, such as `owner_id`. Use it for `load` only.
    """
    row = model.__new__(model)
    row.__dict__.update(_defaults(model), **fields)
    return row


def next_id(model: type[Model]) -> int:
    """Return the first free id of a table."""
    return (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def load(model: type[Model], rows: Iterable[Model]) -> None:
    """Insert rows that have their ids."""
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            getters = [_getter(field) for field in fields]
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([get(row) for get in getters])
        else:
            getters = [_prepared(field) for field in fields]
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",
                [[get(row) for get in getters] for row in rows],
            )


def _getter(field: Field) -> Callable:
    if isinstance(field, COMPUTED):
        return lambda row: field.pre_save(row, add=True)
    if isinstance(field, JSONField) and connection.vendor == "postgresql":
        return _prepared_by(field, attrgetter(field.attname))
    return attrgetter(field.attname)


def _prepared(field: Field) -> Callable:
    return _prepared_by(field, _getter(field))


def _prepared_by(field: Field, get: Callable) -> Callable:
    return lambda row: field.get_db_prep_save(get(row), connection)


def check_constraints_immediately() -> None:
    """Check foreign keys after each statement.

    Deferred, PostgreSQL would keep one event per row in memory until the commit.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def indexes_rebuilt(models: Iterable[type[Model]]) -> Iterator[None]:
    """Drop the declared indexes of empty tables and build them after the block.

    Building an index once is faster than updating it for each row.
    """
    if connection.vendor != "postgresql":
        yield
        return
    declared = [(model, index) for model in models for index in model._meta.indexes]
    with connection.schema_editor(atomic=False) as editor:
        for model, index in declared:
            editor.remove_index(model, index)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    with connection.schema_editor(atomic=False) as editor:
        for model, index in declared:
            editor.add_index(model, index)


def advance_sequences(models: Iterable[type[Model]]) -> None:
    """Set the id sequences behind the rows that were inserted with ids."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(sql)


def analyze() -> None:
    """Update the planner's statistics; on PostgreSQL also the visibility map."""
    # VACUUM cannot run in a transaction, as in tests.
    may_vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if may_vacuum else "ANALYZE")
