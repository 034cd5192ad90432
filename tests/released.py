"""The migrations of the last release, and what later ones take from its code.

During an upgrade the code of the last release runs on the new schema. Each release
records its migrations: `python -m tests.released > tests/released_migrations.json`.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "tests" / "released_migrations.json"
# SQL that stops or surprises code that runs: see docs/upgrades.md.
UNSAFE_SQL = re.compile(
    r"DROP TABLE|DROP COLUMN|RENAME|SET NOT NULL|ADD CONSTRAINT|ADD CHECK"
    r"|CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)|DROP INDEX (?!CONCURRENTLY)",
    re.I,
)


def present() -> dict[str, str]:
    """Return the migrations of this checkout: path and SHA-256 of its content."""
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(ROOT.glob("*/migrations/0*.py"))
    }


def recorded() -> dict[str, str]:
    """Return the same of the last release."""
    return json.loads(RECORD.read_text())


def breaks() -> list[str]:
    """Return what migrations since the release would break for its code."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    present_names = {_name(path) for path in present()}
    released_names = {_name(path) for path in recorded()}
    later = present_names - released_names
    released = [node for node in loader.graph.nodes if node not in later]
    old = loader.project_state(released, at_end=True)
    new = loader.project_state(loader.graph.leaf_nodes(), at_end=True)
    operations = [
        (name, operation)
        for name in sorted(later)
        for operation in loader.graph.nodes[name].operations
    ]
    return sorted([*changes(old.apps, new.apps), *unsafe_operations(operations, old)])


def _name(path: str) -> tuple[str, str]:
    parts = Path(path).parts
    return parts[0], Path(path).stem


def _models(apps) -> dict[str, type]:
    return {model._meta.label_lower: model for model in apps.get_models()}


def changes(old, new) -> Iterator[str]:
    """Yield what the models of `new` apps take from code with those of `old`."""
    before, after = _models(old), _models(new)
    for label, model in before.items():
        if label not in after:
            yield f"{label}: it is dropped"
            continue
        if model._meta.db_table != after[label]._meta.db_table:
            yield f"{label}: its table is renamed"
        yield from _changed_fields(model, after[label])
        yield from _new_constraints(model, after[label])
    for label in after.keys() - before.keys():
        for field in after[label]._meta.local_concrete_fields:
            named = field.related_model and field.related_model._meta.label_lower
            if named in before:  # its code does not delete these rows first
                yield f"{label}.{field.name}: keeps rows of {named} from being deleted"


def _changed_fields(before, after) -> Iterator[str]:
    label = before._meta.label_lower
    old = {field.name: field for field in before._meta.local_concrete_fields}
    new = {field.name: field for field in after._meta.local_concrete_fields}
    for name, field in old.items():
        if name not in new:
            yield f"{label}.{name}: it is dropped"
        else:
            for change in _narrowed(field, new[name]):
                yield f"{label}.{name}: {change}"
    for name in new.keys() - old.keys():
        field = new[name]
        if not field.null and not field.has_db_default():
            yield f"{label}.{name}: it is not null and has no default in the database"
        if field.unique:
            yield f"{label}.{name}: it is unique"


def _narrowed(old, new) -> Iterator[str]:
    if old.column != new.column:
        yield "its column is renamed"
    if old.null and not new.null:
        yield "null is refused"
    if new.unique and not old.unique:
        yield "it is unique"
    if old.get_internal_type() != new.get_internal_type():
        yield "its type is another"
    for size in ("max_length", "max_digits", "decimal_places"):
        before, after = getattr(old, size, None), getattr(new, size, None)
        if after is not None and (before is None or after < before):
            yield f"{size} is {after}, not {before}"


def _new_constraints(before, after) -> Iterator[str]:
    old = {one.name: one.deconstruct() for one in before._meta.constraints}
    for one in after._meta.constraints:
        if old.get(one.name) != one.deconstruct():
            yield f"{before._meta.label_lower}: constraint {one.name} is new"
    together = set(after._meta.unique_together) - set(before._meta.unique_together)
    for fields in sorted(together):
        yield f"{before._meta.label_lower}: {', '.join(fields)} are unique together"


def unsafe_operations(operations: list, old) -> Iterator[str]:
    """Yield the operations that lock a table of the state `old`, or change it by SQL.

    `operations` are pairs of (app, name of the migration) and an operation.
    """
    from django.db.migrations.operations import AddIndex, RunSQL

    yield from _locks(operations, old)
    for (app, name), operation in operations:
        is_old = (app, getattr(operation, "model_name_lower", "")) in old.models
        if type(operation) is AddIndex and is_old:  # not a subclass: the concurrent one
            yield f"{app}.{name}: {operation.index.name} is not made concurrently"
        if isinstance(operation, RunSQL):
            for found in UNSAFE_SQL.finditer(str(operation.sql)):
                yield f"{app}.{name}: {found[0].strip()}"


def _locks(operations: list, old) -> Iterator[str]:
    """Yield the migrations that lock several tables of `old`, one after the other."""
    from core.db.migrations import LockTables

    together: dict[tuple[str, str], set[str]] = {}
    touched: dict[tuple[str, str], set[str]] = {}
    for migration, operation in operations:
        if isinstance(operation, LockTables):
            together[migration] = set(operation.models)
        else:
            touched.setdefault(migration, set()).update(
                _tables(migration[0], operation)
            )
    known = {f"{app}.{model}" for app, model in old.models}
    for migration, found in touched.items():
        if len(found & known) > 1 and not found & known <= together.get(
            migration, set()
        ):
            names = ", ".join(sorted(found & known))
            yield f"{'.'.join(migration)}: locks {names} without LockTables"


def _tables(app: str, operation) -> Iterator[str]:
    """Yield the labels of the models that `operation` changes or refers to."""
    from django.db.migrations.operations import AddIndex

    if isinstance(operation, AddIndex):  # concurrently, or named by what calls this
        return
    if model := getattr(operation, "model_name_lower", ""):
        yield f"{app}.{model}"
    fields = [field for _, field in getattr(operation, "fields", ())]
    for field in [*fields, getattr(operation, "field", None)]:
        if field is not None and field.remote_field:
            target = field.remote_field.model
            label = target if isinstance(target, str) else target._meta.label
            yield label.lower()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(present(), indent=1) + "\n")
