"""A temporary database for a script, copied from one that is migrated."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.live.server import manage
from tests.template_database import postgres_template, run, sqlite_template

SQLITE = "sqlite:///"


@contextmanager
def scratch_database(server_url: str, *, template: str = "") -> Iterator[str]:
    """Create a database with a random name on the same server; yield its URL.

    It is a copy of the database `template`, to which nobody may be connected; without
    one, of a database that is migrated: see `migrate`. It is dropped at the end. Raises
    `ValueError` for another kind of database.
    """
    parts = urlsplit(server_url)
    if not parts.scheme.startswith("postgres"):
        raise ValueError("A scratch database needs PostgreSQL.")
    name = f"live_{secrets.token_hex(6)}"
    template = template or postgres_template(server_url)
    _run(server_url, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _run(server_url, "DROP DATABASE {} WITH (FORCE)", name)


def migrate(environment: dict[str, str]) -> None:
    """Run `migrate` with this environment, of which it needs `DATABASE_URL`.

    On a copy it only makes the rows that follow a migration. An SQLite file that does
    not exist yet begins as a copy. Raises `CalledProcessError` if it fails.
    """
    url = environment["DATABASE_URL"]
    file = Path(url.removeprefix(SQLITE))
    if url.startswith(SQLITE) and not file.exists():
        shutil.copy(sqlite_template(), file)
    manage(environment, "migrate", "--verbosity", "0")


def _run(server_url: str, statement: str, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True, connect_timeout=10) as connection:
        run(connection, statement, *names)
