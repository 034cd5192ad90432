"""Examinations of the database, for `manage.py doctor`."""

import re
import time
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from core.db.replica import Freshness
from core.doctor import Finding, examination

MIN_POSTGRESQL = 14  # the oldest that Django supports
# What the SQL of a migration creates and drops, in its order.
INDEX_SQL = re.compile(
    r"\b(CREATE|DROP)(?: UNIQUE)? INDEX(?: CONCURRENTLY)?(?: IF(?: NOT)? EXISTS)? (\w+)"
)
EXTENSIONS: tuple[str, ...] = ()  # none is needed; a migration that needs one adds it


@examination("database")
def database_is_ready() -> Iterator[Finding]:
    """Check the connection, the version, the migrations and the indexes."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        remedy = "Start it, or correct the URL."
        yield Finding(f"It does not answer: {error}", remedy, "DATABASE_URL")
        return
    if connection.vendor == "postgresql":
        yield from _version()
        yield from _extensions()
        yield from _invalid_indexes()
    pending = list(_unapplied_migrations())
    yield from pending
    if not pending:  # or half of the tables would be named
        yield from _missing_indexes()


@examination("replica")
def replica_follows() -> Iterator[Finding]:
    """Ask the replica how far behind it is, where there is one."""
    if not settings.DATABASE_REPLICA_URL:
        return
    try:
        is_fresh = _becomes_fresh()
    except DatabaseError as error:
        problem = f"It cannot be asked, so the primary answers all: {error}"
        remedy = "Start it, or correct or remove the URL."
        yield Finding(problem, remedy, "DATABASE_REPLICA_URL")
        return
    if not is_fresh:
        problem = "It has not replayed what the primary has written by now."
        remedy = "If it stays so, look at its log. Until then the primary answers all."
        yield Finding(problem, remedy, "DATABASE_REPLICA_URL", "warning")


def _becomes_fresh() -> bool:
    """Return whether the replica replays within a second what was written before."""
    freshness = Freshness()
    for _attempt in range(10):
        if freshness.lag_s() <= settings.REPLICA_MAX_LAG_SECONDS:
            return True
        time.sleep(0.1)
    return False


def _version() -> Iterator[Finding]:
    major, *_minor = connection.get_database_version()
    if major < MIN_POSTGRESQL:
        problem = f"PostgreSQL {major} is too old."
        remedy = f"Upgrade it to {MIN_POSTGRESQL} or newer."
        yield Finding(problem, remedy, "DATABASE_URL")


def _extensions() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        found = {name for [name] in cursor.fetchall()}
    for name in EXTENSIONS:
        if name not in found:
            problem = f"The extension {name} is missing."
            yield Finding(problem, f"Run CREATE EXTENSION {name}; as a superuser.")


def _unapplied_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{m.app_label}.{m.name}" for m, _back in plan[:5])
        problem = f"{len(plan)} migrations are not applied: {names}."
        yield Finding(problem, "Run manage.py migrate_together.")


def _invalid_indexes() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        # A CREATE INDEX CONCURRENTLY that failed leaves one that is never read.
        cursor.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE NOT i.indisvalid AND n.nspname = current_schema()"
        )
        names = [name for [name] in cursor.fetchall()]
    for name in names:
        problem = f"The index {name} is invalid: it is written and never read."
        yield Finding(problem, f"Run REINDEX INDEX CONCURRENTLY {name};")


def _missing_indexes() -> Iterator[Finding]:
    """Yield those of the models, and those that the SQL of a migration has made."""
    makers = _migrations_by_name()
    for model in apps.get_models():
        meta = model._meta
        wanted = {index.name for index in meta.indexes}
        if connection.features.supports_table_check_constraints:
            wanted |= {constraint.name for constraint in meta.constraints}
        if not wanted or not meta.managed or meta.proxy:
            continue
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, meta.db_table)
        for name in sorted(wanted - set(found)):
            where = makers.get(name, "<app> <migration>")
            yield _missing(f"{meta.db_table} has no index or constraint {name}.", where)
    if connection.vendor == "postgresql":
        yield from _missing_indexes_of_sql()


def _missing_indexes_of_sql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        )
        found = {name for [name] in cursor.fetchall()}
    for name, migration in sorted(_indexes_of_sql().items()):
        if name not in found:
            yield _missing(f"The index {name} is missing.", migration)


def _missing(problem: str, migration: str) -> Finding:
    return Finding(problem, f"Create it: manage.py sqlmigrate {migration} shows how.")


def _migrations() -> Iterator[tuple[str, operations.base.Operation]]:
    """Yield each operation, with the app and the name of its migration."""
    migrations = MigrationLoader(connection).disk_migrations
    for (app, name), migration in sorted(migrations.items()):
        for operation in migration.operations:
            yield f"{app} {name}", operation


def _indexes_of_sql() -> dict[str, str]:
    """Return the indexes that migrations create by SQL, and the last that does."""
    found: dict[str, str] = {}
    for migration, operation in _migrations():
        if isinstance(operation, operations.RunSQL):
            for verb, name in INDEX_SQL.findall(str(operation.sql)):
                if verb == "CREATE":
                    found[name] = migration
                else:
                    found.pop(name, None)
    return found


def _migrations_by_name() -> dict[str, str]:
    """Return the last migration that adds each index and constraint of a model."""
    found: dict[str, str] = {}
    for migration, operation in _migrations():
        if isinstance(operation, operations.CreateModel):
            options = operation.options
            added = [*options.get("indexes", ()), *options.get("constraints", ())]
        elif isinstance(operation, operations.AddIndex):
            added = [operation.index]
        elif isinstance(operation, operations.AddConstraint):
            added = [operation.constraint]  # type: ignore[attr-defined]
        else:
            continue
        found |= {one.name: migration for one in added}
    return found
