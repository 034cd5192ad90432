"""A temporary PostgreSQL database for a script."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@contextmanager
def scratch_database(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """Create a database with a random name on the same server; yield its URL.

    It is a copy of the database `template`, to which nobody may be connected. It is
    dropped at the end. Raises `ValueError` for another kind of database.
    """
    parts = urlsplit(server_url)
    if not parts.scheme.startswith("postgres"):
        raise ValueError("A scratch database needs PostgreSQL.")
    name = f"live_{secrets.token_hex(6)}"
    _run(server_url, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _run(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _run(server_url: str, statement: sql.SQL, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))
