"""The triggers that keep decisions: the same rule on PostgreSQL and on SQLite.

A decision is never deleted, and never changes. The exception are the texts that may
name somebody, which are replaced when an account is erased.
"""

from core.db.triggers import Triggers

FIRST_FROZEN = (  # of the migration that made the table
    *("id", "number", "target_type", "target_id", "target_created_at", "person_id"),
    *("outcome", "ground", "basis", "category", "until", "source", "actor_id"),
    *("detected_automatically", "decided_automatically", "undoes_id", "created_at"),
)
FROZEN = (*FIRST_FROZEN, "restricts", "label", "batch")
POSTGRES_DROP = """
DROP TRIGGER IF EXISTS audit_keep_decision ON audit_decision;
DROP FUNCTION IF EXISTS audit_keep_decision;
"""


def keeping(frozen: tuple[str, ...]) -> Triggers:
    """Return the triggers that refuse changes of the columns `frozen`, and deletion."""
    old, new = (", ".join(f"{row}.{name}" for name in frozen) for row in ("OLD", "NEW"))
    postgres = f"""
CREATE FUNCTION audit_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ({old}) IS NOT DISTINCT FROM ({new})
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision never changes: %', OLD.number
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER audit_keep_decision BEFORE UPDATE OR DELETE ON audit_decision
    FOR EACH ROW EXECUTE FUNCTION audit_keep_decision();
"""
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in frozen)
    sqlite = {
        "audit_change_decision": f"""BEFORE UPDATE ON audit_decision BEGIN
        SELECT RAISE(ABORT, 'a decision never changes') WHERE {changed}; END""",
        "audit_delete_decision": """BEFORE DELETE ON audit_decision BEGIN
        SELECT RAISE(ABORT, 'a decision never changes'); END""",
    }
    return Triggers(postgres, POSTGRES_DROP, sqlite)


FIRST = keeping(FIRST_FROZEN)
TRIGGERS = keeping(FROZEN)
