"""Operations of migrations for one database engine."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, RunSQL
from django.db.migrations.state import ProjectState


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
