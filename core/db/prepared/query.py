"""One queryset, compiled once."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, QuerySet, prefetch_related_objects
from django.db.models.expressions import Col
from django.db.transaction import TransactionManagementError
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.numeric import Int8

from core.db.prepared.params import ParamSlot, compose_sql
from core.db.prepared.rows import row_maker

PLACEHOLDER = re.compile(r"%[s%]")  # %% is a per cent sign
MAX_KEPT_ROWS = 1_000
CURSOR = "marketplace_cursor"  # attribute of psycopg's connection


class PreparedQuery:
    """The SQL of `queryset`, to be run on the connection of any thread.

    Nothing in it changes after `__init__`, so threads share one without a lock. It is
    bound to the vendor of the database that it was compiled for.

    On PostgreSQL the values of the queryset become part of the text, because the
    planner uses a partial index only if it sees its condition (`status = 'open'`).
    Parameters that are not inline stay parameters. psycopg prepares a text that it has
    run `DB_PREPARE_AFTER` times, so that PostgreSQL plans it once per connection.
    """

    def __init__(self, queryset: QuerySet[Any], found: QuerySet[Any] | None = None):
        """Compile `queryset`; its SQL may read the rows of another one as `found`."""
        self._alias = queryset.db
        self._prefetch_lookups = queryset._prefetch_related_lookups  # type: ignore[attr-defined]  # private, so not in the stubs
        self._known_related = queryset._known_related_objects  # type: ignore[attr-defined]  # private, so not in the stubs
        self._locks_rows = queryset.query.select_for_update
        compiler = queryset.query.get_compiler(using=self._alias)
        self._pieces: list[str | ParamSlot] | None
        self._params: Iterable[Any]
        try:
            sql, params = compiler.as_sql()
            if found is not None:
                other, before = found.query.get_compiler(using=self._alias).as_sql()
                # Materialized: it is run once, however often its rows are read.
                sql = f"WITH found AS MATERIALIZED ({other}) {sql}"
                params = [*before, *params]
        except EmptyResultSet:
            self._pieces = None  # nothing can match: answered without a query
            return
        if compiler.connection.vendor == "postgresql":
            self._pieces, self._params = _write_values(sql, params, compiler.connection)
        else:
            self._pieces, self._params = [sql], params
        columns = [column for column, _sql, _alias in compiler.select]
        converters = _with_fast_json(compiler.get_converters(columns))
        self._convert: Callable[..., Any] = lambda rows: (
            compiler.apply_converters(rows, converters) if converters else rows
        )
        self._make_row = row_maker(compiler, columns, self._alias)

    def rows(self, **values: object) -> list[Any]:
        """Return the instances, for `values` by the name of their `Param`.

        For reading: they are made without `__init__`, `from_db` and signals. Tuples
        for a queryset of `values_list()`. Raises `KeyError` if a value is missing.
        """
        if self._pieces is None:
            return []
        found = self._execute(self._pieces, values)
        rows = [self._make_row(row) for row in self._convert(found)]
        for relation, known in self._known_related.items():
            for row in rows:
                setattr(row, relation.name, known[getattr(row, relation.attname)])
        prefetch_related_objects(rows, *self._prefetch_lookups)
        return rows

    def count(self, **values: object) -> int:
        """Return the number of rows. Raises `KeyError` if a value is missing."""
        if self._pieces is None:
            return 0
        pieces = ["SELECT COUNT(*) FROM (", *self._pieces, ") counted"]
        return self._execute(pieces, values)[0][0]

    def _execute(
        self, pieces: list[str | ParamSlot], values: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        connection = connections[self._alias]
        if self._locks_rows and not connection.in_atomic_block:
            # As Django's compiler does, which has run once alone: the lock would end
            # with the statement.
            raise TransactionManagementError("Rows are locked in a transaction alone.")
        sql = "".join(
            piece
            if isinstance(piece, str)
            else piece.literal(values[piece.name], connection)
            for piece in pieces
        )
        params = [
            param.bind(values[param.name], connection)
            if isinstance(param, ParamSlot)
            else param
            for param in self._params
        ]
        try:
            return fetch_all(connection, sql, params)
        except NotSupportedError:
            # A migration has changed the type of a column since PostgreSQL prepared
            # the text ("cached plan must not change result type"). Within a
            # transaction that error has ended it, and nothing can be run again.
            if connection.vendor != "postgresql" or connection.in_atomic_block:
                raise
            # psycopg then forgets them, too.
            fetch_all(connection, "DEALLOCATE ALL", [])
            return fetch_all(connection, sql, params)


def _with_fast_json(converters: dict[int, Any]) -> dict[int, Any]:
    """Return the converters of a query, with those of JSON columns replaced.

    For an answer of twenty rows `json` takes longer than PostgreSQL for the query.
    """
    return {
        position: ([_load_json], column) if _is_plain_json(column) else (each, column)
        for position, (each, column) in converters.items()
    }


def _is_plain_json(column: Any) -> bool:
    """Whether a value is all of a JSON column, and not a part that SQL has taken."""
    if not isinstance(column, Col):
        return False
    field = column.output_field
    if not isinstance(field, JSONField) or field.decoder is not None:
        return False
    return type(field).from_db_value is JSONField.from_db_value


def _load_json(text: str | None, _column: Any, _connection: Any) -> Any:
    """Return the value of JSON. A whole number of more than 64 bits becomes a float."""
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # a number past all floats, or on SQLite a NaN
        return json.loads(text)


def text_rows(sql: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of SQL that is written by hand and never changes.

    Values are server-side parameters: of a type each, whatever their size. Without the
    conversions that a model field would do on SQLite.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql" and settings.PREPARED_QUERIES:
        # A bigint for every int, as in `ParamSlot.bind`.
        bound = [Int8(one) if isinstance(one, int) else one for one in params]
        return fetch_all(connection, sql, bound)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def _write_values(
    sql: str, params: Iterable[Any], connection: BaseDatabaseWrapper
) -> tuple[list[str | ParamSlot], list[ParamSlot]]:
    """Return the SQL with its values in the text, and the remaining parameters.

    Inline slots become pieces of their own between the texts, filled at each run.
    """
    pieces: list[str | ParamSlot] = []
    bound: list[ParamSlot] = []
    text, end = "", 0
    remaining = iter(params)
    for match in PLACEHOLDER.finditer(sql):
        text += sql[end : match.start()]
        end = match.end()
        param = next(remaining) if match[0] == "%s" else None
        if isinstance(param, ParamSlot) and param.is_inline:
            pieces += [text, param]
            text = ""
        elif isinstance(param, ParamSlot):
            bound.append(param)
            text += "%s"
        elif match[0] == "%s":
            # psycopg reads the text once more: a per cent sign in a value is doubled.
            text += compose_sql(connection, "%s", [param]).replace("%", "%%")
        else:
            text += "%%"
    return [*pieces, text + sql[end:]], bound


def fetch_all(
    connection: BaseDatabaseWrapper, sql: str, params: list[Any]
) -> list[tuple[Any, ...]]:
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []
    connection.ensure_connection()
    own = vars(connection.connection)
    # Taken out while it is in use: a query that another one makes by the way, as in an
    # execute wrapper, has one of its own. No lock, as a connection has one thread.
    preparing = own.pop(CURSOR, None) or _preparing_cursor(connection)
    wrapped = connection._prepare_cursor(preparing)  # type: ignore[attr-defined]  # private, so not in the stubs
    wrapped.execute(sql, params)
    # Not `description`, which makes an object for each column.
    rows = [] if preparing.rownumber is None else wrapped.fetchall()
    if len(rows) <= MAX_KEPT_ROWS:  # a cursor holds its last rows until the next ones
        own[CURSOR] = preparing
    return rows


def _preparing_cursor(connection: BaseDatabaseWrapper) -> psycopg.Cursor[Any]:
    """Return a cursor that can prepare; Django's own, which binds as client, cannot.

    It is kept with its connection, as it costs more than a short query to make one and
    to find the loaders of its columns again.

    Django's loader of times calls Python for each value, for the sake of other time
    zones; connections here are in UTC, for which psycopg's own in C is right.
    """
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return cursor
