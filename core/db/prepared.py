"""A queryset's SQL, built once and asked again and again.

Django spends more time on building the SQL of a list, and on making its rows, than
PostgreSQL spends on answering it.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import NotSupportedError, connections
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.db.models.base import ModelState
from psycopg.types.datetime import TimestamptzLoader

ANY_ID = 2**53 + 1  # stands for an id that each question brings
PLACEHOLDER = "\0"  # around the name of a number, in a text: no SQL can hold it


class PreparedQuery:
    """What `queryset` asks, for the connection of any thread.

    On PostgreSQL its values become part of the text, so that the planner sees which
    partial index fits; a text that comes again and again is prepared there: planned
    once for a connection. Rows are for reading, made without `__init__` and signals.

    A number that stands in `names` is no value but holds the place of one that each
    question brings by that name: a whole one (an id) stays a parameter of the prepared
    text, a fraction (a range) is written out as values are.
    """

    def __init__(
        self,
        queryset: QuerySet,
        *,
        names: Mapping[float, str] = MappingProxyType({}),
    ):
        self._names = names
        self._alias = queryset.db
        self._prefetched = queryset._prefetch_related_lookups
        compiler = queryset.query.get_compiler(using=self._alias)
        try:
            self._sql, self._params = compiler.as_sql()
        except EmptyResultSet:
            self._sql = None
            return
        if compiler.connection.vendor == "postgresql":
            self._write_values_out(compiler.connection)
        columns = [column for column, _sql, _alias in compiler.select]
        converters = compiler.get_converters(columns)
        self._converted = lambda rows: (
            compiler.apply_converters(rows, converters) if converters else rows
        )
        self._row = _maker(compiler, columns, self._alias)
        self._known = queryset._known_related_objects

    def rows(self, **numbers: float) -> list[Model]:
        """The instances, for the numbers of `names`."""
        if self._sql is None:
            return []
        found = self._asked(self._sql, numbers)
        rows = [self._row(values) for values in self._converted(found)]
        for relation, known in self._known.items():
            for row in rows:
                setattr(row, relation.name, known[getattr(row, relation.attname)])
        prefetch_related_objects(rows, *self._prefetched)
        return rows

    def count(self, **numbers: float) -> int:
        """How many rows there are."""
        if self._sql is None:
            return 0
        sql = f"SELECT COUNT(*) FROM ({self._sql}) counted"
        return self._asked(sql, numbers)[0][0]

    def _write_values_out(self, connection) -> None:
        written = tuple(self._written(value, connection) for value in self._params)
        self._sql = self._sql.replace("%%", "%%%%") % written
        self._params = [
            value
            for value, text in zip(self._params, written, strict=True)
            if text == "%s"
        ]

    def _written(self, value, connection) -> str:
        if not self._is_named(value):
            return connection.ops.compose_sql("%s", [value]).replace("%", "%%")
        return (
            "%s"
            if isinstance(value, int)
            else f"{PLACEHOLDER}{self._names[value]}{PLACEHOLDER}"
        )

    def _asked(self, sql: str, numbers: dict[str, float]) -> list[tuple]:
        params = [
            numbers[self._names[value]] if self._is_named(value) else value
            for value in self._params
        ]
        if PLACEHOLDER in sql:
            sql = _filled(sql, numbers)
        connection = connections[self._alias]
        try:
            return _fetched(connection, sql, params)
        except NotSupportedError:  # a column has changed since this was prepared
            if connection.in_atomic_block:
                raise
            with _cursor(connection) as cursor:
                cursor.execute("DEALLOCATE ALL")
            return _fetched(connection, sql, params)

    def _is_named(self, value) -> bool:
        return isinstance(value, int | float) and value in self._names


def _filled(sql: str, numbers: dict[str, float]) -> str:
    pieces = sql.split(PLACEHOLDER)
    pieces[1::2] = [f" {numbers[name]!r}" for name in pieces[1::2]]
    return "".join(pieces)


def _fetched(connection, sql: str, params: list) -> list[tuple]:
    with _cursor(connection) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _cursor(connection):
    """One that can prepare, and reads times in C: connections here are in UTC."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return connection._prepare_cursor(cursor)


def _maker(compiler, columns: list, alias: str) -> Callable[[Iterable], Model]:
    """How a tuple becomes an instance with the related ones that were selected."""
    info = compiler.klass_info
    if info is None:
        return tuple
    make = _instance_maker(info, columns, alias)
    annotations = list((compiler.annotation_col_map or {}).items())

    def row(values):
        instance = make(values)
        for name, position in annotations:
            setattr(instance, name, values[position])
        return instance

    return row


def _instance_maker(info: dict, columns: list, alias: str) -> Callable:
    model, places = info["model"], info["select_fields"]
    names = [columns[place].target.attname for place in places]
    first, last = places[0], places[-1] + 1
    key = places[names.index(model._meta.pk.attname)]
    related = [
        (one["field"].cache_name, _instance_maker(one, columns, alias))
        for one in info.get("related_klass_infos", ())
    ]

    def make(values):
        if values[key] is None:
            return None  # a related row that is not there
        instance = model.__new__(model)
        instance.__dict__ = dict(zip(names, values[first:last], strict=True))
        instance._state = state = ModelState()
        cache = {name: make_other(values) for name, make_other in related}
        state.__dict__ = {"adding": False, "db": alias, "fields_cache": cache}
        return instance

    return make
