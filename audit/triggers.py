"""The triggers that keep decisions: the same rule on PostgreSQL and on SQLite.

A decision is never deleted, and never changes. The exception are the texts that may
name somebody, which are replaced when an account is erased.

On SQLite a migration that changes the table makes it anew, without its triggers: such
a migration must `drop` them first and `create` them afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FROZEN = (
    *("id", "number", "target_type", "target_id", "target_created_at", "person_id"),
    *("outcome", "ground", "basis", "category", "until", "source", "actor_id"),
    *("detected_automatically", "decided_automatically", "undoes_id", "created_at"),
)
POSTGRES = f"""
CREATE FUNCTION audit_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ({", ".join(f"OLD.{name}" for name in FROZEN)})
        IS NOT DISTINCT FROM ({", ".join(f"NEW.{name}" for name in FROZEN)})
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision never changes: %', OLD.number
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER audit_keep_decision BEFORE UPDATE OR DELETE ON audit_decision
    FOR EACH ROW EXECUTE FUNCTION audit_keep_decision();
"""
POSTGRES_DROP = """
DROP TRIGGER IF EXISTS audit_keep_decision ON audit_decision;
DROP FUNCTION IF EXISTS audit_keep_decision;
"""
_CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FROZEN)
SQLITE = {
    "audit_change_decision": f"""BEFORE UPDATE ON audit_decision BEGIN
        SELECT RAISE(ABORT, 'a decision never changes') WHERE {_CHANGED}; END""",
    "audit_delete_decision": """BEFORE DELETE ON audit_decision BEGIN
        SELECT RAISE(ABORT, 'a decision never changes'); END""",
}


def create(apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers anew: after an upgrade, data migrations are repeated."""
    drop(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES, params=None)
        return
    for name, definition in SQLITE.items():
        schema_editor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {name} {definition}", params=None
        )


def drop(apps: StateApps | None, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_DROP, params=None)
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)


@contextmanager
def lifted() -> Iterator[None]:
    """Let the table be emptied as a whole: demo data, and the tests' databases.

    PostgreSQL empties by TRUNCATE, which runs no triggers of rows.
    """
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for name in SQLITE if is_sqlite else ():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    yield
    with connection.cursor() as cursor:
        for name, definition in SQLITE.items() if is_sqlite else ():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {definition}")
