"""Operations of migrations for one database engine."""

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
    """`AddIndex` without a lock on the table, in a migration that is not atomic.

    On PostgreSQL; on another database it is `AddIndex`.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the index, also where an attempt that failed has left an invalid one."""
        name = schema_editor.quote_name(self.index.name)
        if schema_editor.connection.vendor != "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        model = to_state.apps.get_model(app_label, self.model_name)
        # Concurrently: otherwise every write waits while the table is read.
        create = self.index.create_sql(model, schema_editor, concurrently=True)
        schema_editor.execute(create)
