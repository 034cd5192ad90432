"""Triggers that keep rows from changing: the same rules on PostgreSQL and on SQLite.

On SQLite a migration that changes such a table makes it anew, without its triggers: it
must `drop` them first and `create` them afterwards.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


@dataclass(frozen=True)
class Triggers:
    """The triggers of one app. `create` and `drop` are functions for `RunPython`."""

    postgres: str  # statements that make them
    postgres_drop: str
    sqlite: Mapping[str, str]  # by name: what follows `CREATE TRIGGER name`

    def create(
        self, apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor
    ) -> None:
        """Make the triggers anew: after an upgrade, data migrations are repeated."""
        self.drop(apps, schema_editor)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(self.postgres, params=None)
            return
        for name, definition in self.sqlite.items():
            schema_editor.execute(f"CREATE TRIGGER {name} {definition}", params=None)

    def drop(
        self, apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor
    ) -> None:
        """Remove the triggers."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(self.postgres_drop, params=None)
            return
        for name in self.sqlite:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Let the tables be emptied as a whole, in a transaction: demo data, and tests.

        After an error its rollback brings the triggers back.
        """
        # Not entered: on SQLite that is refused in a transaction, for the sake of
        # changes to tables.
        editor = connection.schema_editor()
        is_postgresql = connection.vendor == "postgresql"
        if is_postgresql:
            # A table cannot change while checks of it wait for the commit.
            editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.drop(None, editor)
        yield
        self.create(None, editor)
        if is_postgresql:
            editor.execute("SET CONSTRAINTS ALL DEFERRED")  # as they begin
