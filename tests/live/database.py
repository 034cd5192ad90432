"""A PostgreSQL database of one's own for as long as a script runs."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """Create a database with a random name beside `server_url`'s; yield its URL."""
    parts = urlsplit(server_url)
    if not parts.scheme.startswith("postgres"):
        raise ValueError("A scratch database is made on PostgreSQL alone.")
    name = f"live_{secrets.token_hex(6)}"
    _run(server_url, sql.SQL("CREATE DATABASE {}"), name)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _run(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _run(server_url: str, statement: sql.SQL, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement.format(sql.Identifier(name)))
