"""Decisions for what was hidden, removed or suspended before there were any."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import QuerySet

from audit.models import new_number

BATCH = 1000
NO_REASON = "No reason was recorded."
OUTCOMES = {"hidden": "hide", "removed": "remove"}  # by moderation


def decide_moderated(
    apps: Apps, schema_editor: BaseDatabaseSchemaEditor, *, model: str, owner: str
) -> None:
    """Let each hidden or removed row of a model point to a decision.

    `owner` names the foreign key to the person who posted it. Pictures that are hidden
    are so with their item, and have none.
    """
    rows = apps.get_model(model).objects.filter(decision=None)
    moderations = ["removed"] if model == "uploads.Upload" else list(OUTCOMES)
    _fill(
        apps,
        rows.filter(moderation__in=moderations),
        owner=f"{owner}_id",
        field="decision",
        reason="moderation_reason",
        at="moderated_at",
    )
    _check_now(schema_editor)


def decide_suspended(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let each suspended person point to a decision."""
    people = apps.get_model("accounts", "User").objects.filter(suspension=None)
    rows = people.filter(is_active=False, erasure_due_at=None)
    reason, at = "suspended_reason", "suspended_at"
    _fill(apps, rows, owner="pk", field="suspension", reason=reason, at=at)
    _check_now(schema_editor)


def _fill(
    apps: Apps, rows: QuerySet, *, owner: str, field: str, reason: str, at: str
) -> None:
    pending = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(pending, BATCH)):
        decisions = [
            _decision(apps, row, person_id=getattr(row, owner), reason=reason, at=at)
            for row in batch
        ]
        apps.get_model("audit", "Decision").objects.bulk_create(decisions)
        for row, decision in zip(batch, decisions, strict=True):
            setattr(row, field, decision)
        rows.model.objects.bulk_update(batch, [field])


def _decision(apps: Apps, row: Any, *, person_id: int, reason: str, at: str) -> Any:
    outcome = OUTCOMES.get(getattr(row, "moderation", ""), "ban")
    actor_id = getattr(row, "moderated_by_id", None) or _actor_id(apps, row)
    decided_at = getattr(row, at)
    return apps.get_model("audit", "Decision")(
        number=new_number(),
        target_type=row._meta.label_lower,
        target_id=row.pk,
        target_label=getattr(row, "title", "")[:200],
        target_created_at=row.created_at,
        person_id=person_id,
        outcome=outcome,
        actor_id=actor_id,
        decided_automatically=actor_id is None,
        facts=getattr(row, reason) or NO_REASON,
        **({"created_at": decided_at} if decided_at else {}),
    )


def _actor_id(apps: Apps, row: Any) -> int | None:
    """Return who did it, by the audit log."""
    entries: Iterable = apps.get_model("audit", "AuditLogEntry").objects.filter(
        subject_type=row._meta.label_lower,
        subject_id=row.pk,
        action__in=("hide", "remove", "suspend"),
    )
    last = max(entries, key=lambda entry: entry.pk, default=None)
    return last and last.actor_id


def _check_now(schema_editor: BaseDatabaseSchemaEditor) -> None:
    # PostgreSQL alters no table whose foreign keys it has yet to check.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
