"""A migrated database that tests and scripts copy, instead of migrating one each.

It is made again when anything changes that it is made of: see `digest`. It holds what
migrations make, and not the rows made after each `migrate` (permissions, groups,
rules): Django's `migrate` runs on every copy, applies nothing and sends its signal, so
those rows are always of the present code.
"""

import ast
import fcntl
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path
from sysconfig import get_path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from tests.live.server import environment_with

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "var" / "migrated"
LOCK_ID = 5_077_316  # any number that nothing else on the server locks
_open_copies: list[sqlite3.Connection] = []


def start_from_copy(connection) -> None:
    """Let the test database of a Django connection begin as a copy.

    Call it before the test database is created.
    """
    config = connection.settings_dict
    if connection.vendor == "postgresql":
        config["TEST"]["TEMPLATE"] = postgres_template(_url(config))
        return
    copy = sqlite3.connect(
        connection.creation._get_test_db_name(), uri=True, check_same_thread=False
    )
    # Only read: of a file that is gone meanwhile, an empty one would be made.
    template = f"file:{quote(str(sqlite_template()))}?mode=ro"
    with closing(sqlite3.connect(template, uri=True)) as source:
        source.backup(copy)
    # A database in memory is lost with its last connection, and Django has none yet.
    _open_copies.append(copy)


def sqlite_template() -> Path:
    """Return a migrated SQLite file, to be copied only. It is made if need be."""
    made_of = digest()
    file = FOLDER / f"{made_of}.sqlite3"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        # Of processes that start together one migrates, and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            for stale in FOLDER.glob("*.sqlite3*"):
                stale.unlink()
            unfinished = FOLDER / "unfinished.sqlite3"
            _migrate(f"sqlite:///{unfinished}")
            _check_unchanged(made_of)
            unfinished.rename(file)  # at once: who finds it finds it complete
    return file


def postgres_template(url: str) -> str:
    """Return the name of a migrated database on the server of `url`.

    Nobody can connect to it; `CREATE DATABASE … TEMPLATE` copies it. It is made if need
    be, and those made earlier by this checkout for the same `url` are dropped.
    """
    parts = urlsplit(url)
    made_of = digest()
    # A checkout and a role each have their own: nobody drops that of another.
    whose = sha256(f"{ROOT} {parts.username} {parts.path}".encode()).hexdigest()[:8]
    name = f"migrated_{made_of}_{whose}"
    server = parts._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
        # As above; the end of the connection unlocks.
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_ID])
        if name not in _complete_templates(connection):
            _drop(connection, whose)
            run(connection, "CREATE DATABASE {}", name)
            _migrate(parts._replace(path=f"/{name}").geturl())
            _check_unchanged(made_of)
            # The mark of a complete one. A connection would keep others from copying.
            run(connection, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    return name


def _complete_templates(connection: psycopg.Connection) -> set[str]:
    found = connection.execute("SELECT datname FROM pg_database WHERE NOT datallowconn")
    return {name for (name,) in found}


def _drop(connection: psycopg.Connection, whose: str) -> None:
    found = connection.execute("SELECT datname FROM pg_database").fetchall()
    for (name,) in found:
        if re.fullmatch(f"migrated_[0-9a-f]{{16}}_{whose}", name):
            run(connection, "DROP DATABASE {} WITH (FORCE)", name)


def run(connection: psycopg.Connection, statement: str, *names: str) -> None:
    """Execute a statement with quoted `names` in place of its `{}`."""
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _url(config: dict) -> str:
    user, password = (quote(config[key], safe="") for key in ("USER", "PASSWORD"))
    host = quote(config["HOST"] or "", safe="")
    return (
        f"postgres://{user}:{password}@{host}:{config['PORT'] or 5432}/{config['NAME']}"
    )


# --- What it is made of ---------------------------------------------------------------
def digest() -> str:
    """Return 16 characters that change with anything that the database is made of.

    That is: the migrations and all of the project's modules that they import, directly
    or not; settings and apps; the installed packages; Python. Values of settings that
    an environment can change are not read by migrations.
    """
    hashed = sha256(sys.version.encode())
    for package in sorted(Path(get_path("purelib")).glob("*.dist-info")):
        hashed.update(package.name.encode())  # with its version
    for file in sorted(sources()):
        hashed.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return hashed.hexdigest()[:16]


def sources() -> set[Path]:
    """Return the files of the project that decide what migrating makes."""
    _files.cache_clear()  # files may have been added meanwhile
    found = {Path(__file__)}
    waiting = list(ROOT.glob("*/migrations/*.py"))
    # Named by settings, not imported by migrations.
    waiting += [
        ROOT / "marketplace" / name for name in ("settings.py", "development.py")
    ]
    waiting += [*ROOT.glob("*/apps.py"), *ROOT.glob("core/db/postgresql/*.py")]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imported_by(file))
    return found


def _imported_by(file: Path) -> Iterator[Path]:
    """Yield the files of all modules that may be imported, also inside functions."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # An imported name is a module, or is defined by the one it comes from.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield from _files(name)


@cache
def _files(name: str) -> tuple[Path, ...]:
    """Return the files of a dotted name: of its module and of the packages above."""
    places = [
        ROOT.joinpath(*name.split(".")[:end]) for end in range(1, name.count(".") + 2)
    ]
    candidates = [(place / "__init__.py", place.with_suffix(".py")) for place in places]
    return tuple(file for pair in candidates for file in pair if file.is_file())


# --- Making it ------------------------------------------------------------------------
def _migrate(url: str) -> None:
    """Migrate an empty database in a process of its own: it leaves no connection."""
    own = {"DATABASE_URL": url, "DATABASE_REPLICA_URL": "", "DEBUG": "true"}
    command = [sys.executable, "-m", "tests.template_database", urlsplit(url).path[1:]]
    subprocess.run(
        command, cwd=ROOT, env=environment_with(own), check=True, timeout=600
    )


def _check_unchanged(made_of: str) -> None:
    """Raise `RuntimeError` if the code was edited while it migrated."""
    if digest() != made_of:
        raise RuntimeError("Migrations or what they import were edited: start again.")


def main(database: str) -> None:
    """Apply all migrations to `database`, that of the settings; send no signals.

    Raises `SystemExit` if the settings name another one.
    """
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.development"
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    named = str(connection.settings_dict["NAME"])
    if named != database:
        sys.exit(f"The settings name the database {named}, not {database}.")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # all of it in one file
            cursor.execute("PRAGMA journal_mode = DELETE")
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
