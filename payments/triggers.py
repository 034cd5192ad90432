"""The triggers that keep the ledger: the same rules on PostgreSQL and on SQLite.

- A journal is sealed once, and only if its entries add up to zero and there are some.
- A sealed journal and its entries never change, and nothing is deleted.
- A call of the provider keeps its parameters and its key.
- PostgreSQL: what is not sealed is not committed, and no table is truncated.
"""

from core.db.triggers import Triggers

LEDGER = ("payments_journal", "payments_entry")
FROZEN = ("payment_id", "kind", "purpose", "attempt", "idempotency_key", "params")

POSTGRES = """
CREATE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION payments_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
    lines bigint;
BEGIN
    IF OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL
        OR (OLD.id, OLD.kind, OLD.key, OLD.currency, OLD.provider_object)
            IS DISTINCT FROM
            (NEW.id, NEW.kind, NEW.key, NEW.currency, NEW.provider_object)
        OR (OLD.payment_id, OLD.created_at)
            IS DISTINCT FROM (NEW.payment_id, NEW.created_at)
    THEN
        RAISE EXCEPTION 'journal % can only be sealed, once', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(sum(amount_cents), 0), count(*) INTO total, lines
        FROM payments_entry WHERE journal_id = OLD.id;
    IF lines = 0 OR total <> 0 THEN
        RAISE EXCEPTION 'journal % has % entries of % together', OLD.id, lines, total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payments_add_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Locked: a journal that is being sealed would otherwise take one entry more.
    PERFORM 1 FROM payments_journal WHERE id = NEW.journal_id AND sealed_at IS NULL
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'journal % is sealed', NEW.journal_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION payments_require_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM payments_journal WHERE id = NEW.id AND sealed_at IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is not sealed', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION payments_keep_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.payment_id, OLD.kind, OLD.purpose, OLD.attempt, OLD.idempotency_key,
            OLD.params)
        IS DISTINCT FROM
        (NEW.payment_id, NEW.kind, NEW.purpose, NEW.attempt, NEW.idempotency_key,
            NEW.params)
    THEN
        RAISE EXCEPTION 'call % keeps its parameters', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER payments_seal BEFORE UPDATE ON payments_journal
    FOR EACH ROW EXECUTE FUNCTION payments_seal();
CREATE TRIGGER payments_add_entry BEFORE INSERT ON payments_entry
    FOR EACH ROW EXECUTE FUNCTION payments_add_entry();
CREATE TRIGGER payments_keep_entry BEFORE UPDATE OR DELETE ON payments_entry
    FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE TRIGGER payments_keep_journal BEFORE DELETE ON payments_journal
    FOR EACH ROW EXECUTE FUNCTION payments_refuse();
CREATE TRIGGER payments_no_truncate BEFORE TRUNCATE ON payments_entry
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse();
CREATE TRIGGER payments_no_truncate BEFORE TRUNCATE ON payments_journal
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse();
CREATE CONSTRAINT TRIGGER payments_require_seal AFTER INSERT ON payments_journal
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_require_seal();
CREATE TRIGGER payments_keep_call BEFORE UPDATE ON payments_providercall
    FOR EACH ROW EXECUTE FUNCTION payments_keep_call();
"""
POSTGRES_DROP = """
DROP TRIGGER IF EXISTS payments_seal ON payments_journal;
DROP TRIGGER IF EXISTS payments_add_entry ON payments_entry;
DROP TRIGGER IF EXISTS payments_keep_entry ON payments_entry;
DROP TRIGGER IF EXISTS payments_keep_journal ON payments_journal;
DROP TRIGGER IF EXISTS payments_no_truncate ON payments_entry;
DROP TRIGGER IF EXISTS payments_no_truncate ON payments_journal;
DROP TRIGGER IF EXISTS payments_require_seal ON payments_journal;
DROP TRIGGER IF EXISTS payments_keep_call ON payments_providercall;
DROP FUNCTION IF EXISTS payments_seal, payments_add_entry, payments_require_seal,
    payments_keep_call, payments_refuse;
"""

_UNCHANGED = " OR ".join(
    f"OLD.{name} IS NOT NEW.{name}"
    for name in ("id", "kind", "key", "currency", "payment_id", "provider_object")
)
_OF_JOURNAL = "FROM payments_entry WHERE journal_id = OLD.id"
_SUM = f"(SELECT coalesce(sum(amount_cents), 0) {_OF_JOURNAL})"
_COUNT = f"(SELECT count(*) {_OF_JOURNAL})"
SQLITE = {
    "payments_seal": f"""BEFORE UPDATE ON payments_journal BEGIN
        SELECT RAISE(ABORT, 'a journal can only be sealed, once')
            WHERE OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL OR {_UNCHANGED};
        SELECT RAISE(ABORT, 'a sealed journal has entries of zero together')
            WHERE {_SUM} <> 0 OR {_COUNT} = 0;
        END""",
    "payments_add_entry": """BEFORE INSERT ON payments_entry BEGIN
        SELECT RAISE(ABORT, 'the journal is sealed') WHERE EXISTS (
            SELECT 1 FROM payments_journal
            WHERE id = NEW.journal_id AND sealed_at IS NOT NULL);
        END""",
    "payments_change_entry": """BEFORE UPDATE ON payments_entry BEGIN
        SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "payments_delete_entry": """BEFORE DELETE ON payments_entry BEGIN
        SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "payments_delete_journal": """BEFORE DELETE ON payments_journal BEGIN
        SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "payments_keep_call": "BEFORE UPDATE ON payments_providercall BEGIN "
    "SELECT RAISE(ABORT, 'a call keeps its parameters') WHERE "
    + " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FROZEN)
    + "; END",
}

TRIGGERS = Triggers(POSTGRES, POSTGRES_DROP, SQLITE)
create, drop = TRIGGERS.create, TRIGGERS.drop
