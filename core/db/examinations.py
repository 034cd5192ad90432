"""Examinations of the database, for `manage.py doctor`."""

from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from core.doctor import Finding, examination

MIN_POSTGRESQL = 14  # the oldest that Django supports
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
            yield Finding(
                f"{meta.db_table} has no index or constraint {name}.",
                f"Create it: manage.py sqlmigrate shows how, {meta.label} defines it.",
            )
