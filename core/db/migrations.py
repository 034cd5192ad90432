"""Operations of migrations that the code of the last release works beside."""

import time
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

LOCK_ATTEMPT_MS = 100  # far below PostgreSQL's deadlock_timeout, a second
LOCK_PAUSE_S = 0.4  # in which the requests that waited go on
LOCK_ATTEMPTS = 120  # a minute
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's error code


def concurrent_index(name: str, definition: str) -> "PostgresOnly":
    """Return the operation that makes an index, in a migration that is not atomic.

    Concurrently, so that no write waits for it. An attempt that failed half-way leaves
    an invalid index behind, so the index is dropped first.
    """
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    create = f"CREATE INDEX CONCURRENTLY {name} ON {definition}"
    return PostgresOnly([drop, create], reverse_sql=[drop])


class PostgresOnly(RunSQL):
    """SQL that runs on PostgreSQL alone."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the SQL on PostgreSQL; do nothing on another database."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the reverse SQL on PostgreSQL; do nothing on another database."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class LockTables(Operation):
    """Lock existing tables together, before a migration changes or refers to them.

    A migration that locks one table after the other and a request that uses them in
    the other order wait for each other, until PostgreSQL ends one of them: possibly
    the request. Here no wait is long enough for that: an attempt that does not get all
    the locks at once gives back those it has, and another is made later.

    `models` are labels: `"accounts.user"`. It must be the first operation of an atomic
    migration. Raises `OperationalError` if the tables were never free for a minute.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *models: str) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing of the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Lock the tables until the migration ends, on PostgreSQL."""
        connection = schema_editor.connection
        if connection.vendor != "postgresql" or schema_editor.collect_sql:
            return
        tables = [
            connection.ops.quote_name(from_state.apps.get_model(label)._meta.db_table)
            for label in self.models
        ]
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            (usual,) = cursor.fetchone()
            for attempt in range(1, LOCK_ATTEMPTS + 1):
                try:
                    # A savepoint: with it the locks are given back.
                    with transaction.atomic(connection.alias):
                        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_ATTEMPT_MS}")
                        cursor.execute(f"LOCK TABLE {', '.join(tables)}")
                    break
                except OperationalError as error:
                    code = getattr(error.__cause__, "sqlstate", "")
                    if code != LOCK_NOT_AVAILABLE or attempt == LOCK_ATTEMPTS:
                        raise
                time.sleep(LOCK_PAUSE_S)
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual])

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Do nothing: the present code is ended before a migration is reversed."""

    def describe(self) -> str:
        """Return a description for `sqlmigrate`."""
        return f"Lock {', '.join(self.models)}"


class AddIndexConcurrently(AddIndex):
    """Add an index that a model declares, in a migration that is not atomic.

    As `concurrent_index` on PostgreSQL; Django's own operation knows no other database.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the index, also if an earlier attempt has left one behind."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            options = _concurrently(schema_editor)
            words = "CONCURRENTLY IF EXISTS" if options else "IF EXISTS"
            schema_editor.execute(f"DROP INDEX {words} {self.index.name}")
            schema_editor.add_index(model, self.index, **options)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Remove the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(
                model, self.index, **_concurrently(schema_editor)
            )


def _concurrently(schema_editor: BaseDatabaseSchemaEditor) -> dict[str, Any]:
    """Return the options of its methods for indexes, so that no write waits."""
    if schema_editor.connection.vendor == "postgresql":
        return {"concurrently": True}
    return {}
