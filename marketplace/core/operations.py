"""Steps of migrations that only one engine takes."""

from django.db.migrations.operations import RunSQL

from marketplace.core.spelling import vector


class PostgresOnly(RunSQL):
    """SQL for PostgreSQL; other engines pass it by."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def text_index(table: str, name: str, *, status: str = "") -> PostgresOnly:
    """The full-text index behind `search_text__words`; staff find hidden rows too.

    With a `status` it holds the visible rows in it alone, for the lists: they would
    otherwise be told from all that have the word by an index of all in that status.
    """
    rows = f" WHERE moderation = 'visible' AND status = '{status}'" if status else ""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} "
        f"USING gin (to_tsvector('simple', search_text)){rows}",
        reverse_sql=f"DROP INDEX {name}",
    )


def mention_index(table: str, column: str, name: str) -> PostgresOnly:
    """The full-text index behind `column__mentions`."""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} USING gin ({vector(column)})",
        reverse_sql=f"DROP INDEX {name}",
    )
