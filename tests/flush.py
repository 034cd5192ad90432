"""Emptying all tables after a test that commits: also those that refuse it.

Django empties every table and sends `post_migrate`, which makes permissions, groups and
the like again: seconds for each test. Here only tables with other rows than at the
beginning of the run are emptied, and get those rows back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections, transaction
from django.test import TransactionTestCase

from audit import triggers as audit_triggers
from payments import triggers

_first_rows: dict[str, dict[str, list]] = {}  # by alias and table; without empty ones


def install() -> None:
    """Let tests that commit end with `restore`."""
    TransactionTestCase._fixture_teardown = _fixture_teardown


def remember(alias: str) -> None:
    """Remember the rows of a test database before the first test."""
    with connections[alias].cursor() as cursor:
        filled = _filled(cursor, _tables(alias))
        _first_rows[alias] = {table: _rows(cursor, table) for table in filled}


def empty(alias: str) -> None:
    """Give a database that an earlier run has left the rows of a new one."""
    with (
        transaction.atomic(alias),
        connections[alias].cursor() as cursor,
        _lifted(cursor),
    ):
        call_command("flush", database=alias, interactive=False, verbosity=0)


def restore(alias: str) -> None:
    """Give all tables of a test database the rows that they had."""
    tables, first = _tables(alias), _first_rows[alias]
    with (
        transaction.atomic(alias),
        connections[alias].cursor() as cursor,
        _lifted(cursor),
    ):
        if cursor.db.vendor == "postgresql":
            # A transaction that has not ended is waited for: its rows would be left.
            cursor.execute(f"LOCK TABLE {', '.join(tables)}")
        for table in {*_filled(cursor, tables), *first}:
            rows = first.get(table, [])
            if not rows or _rows(cursor, table) != rows:
                cursor.execute(f"DELETE FROM {table}")
                _insert(cursor, table, rows)


def _tables(alias: str) -> list[str]:
    connection = connections[alias]
    names = connection.introspection.django_table_names(include_views=False)
    return [connection.ops.quote_name(name) for name in sorted(names)]


def _filled(cursor, tables: list[str]) -> list[str]:
    """Return the tables with rows."""
    exists = "SELECT '{0}' WHERE EXISTS (SELECT 1 FROM {0})"
    cursor.execute(" UNION ALL ".join(exists.format(table) for table in tables))
    return [table for (table,) in cursor.fetchall()]


def _rows(cursor, table: str) -> list:
    """Return all rows, sorted: on PostgreSQL as texts, which it reads again."""
    is_text = cursor.db.vendor == "postgresql"
    cursor.execute(f"SELECT {f'{table}::text' if is_text else '*'} FROM {table}")
    return sorted(cursor.fetchall(), key=repr)


def _insert(cursor, table: str, rows: list) -> None:
    if not rows:
        return
    if cursor.db.vendor == "postgresql":
        texts = [text for (text,) in rows]
        source = f"SELECT (row::{table}).* FROM unnest(%s::text[]) row"
        cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE {source}", [texts])
    else:
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


@contextmanager
def _lifted(cursor) -> Iterator[None]:
    """Switch off what keeps rows from being deleted, in a transaction."""
    if cursor.db.vendor == "postgresql":
        # Triggers do not fire for a session in this role, nor do foreign keys matter.
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        # After an error a rollback does it.
        cursor.execute("SET LOCAL session_replication_role = origin")
    else:
        with triggers.TRIGGERS.lifted(), audit_triggers.TRIGGERS.lifted():
            yield


def _fixture_teardown(test_case) -> None:
    """Take the place of the method of `TransactionTestCase`."""
    for alias in test_case._databases_names(include_mirrors=False):
        restore(alias)
