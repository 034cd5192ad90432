"""Write the audit log."""

from typing import TYPE_CHECKING, Any

from django.db.models import Model

from audit.models import AuditLogEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy


def record(
    subject: Model,
    *,
    actor: "User",
    action: str,
    reason: str = "",
    before: str = "",
    after: str = "",
) -> AuditLogEntry:
    """Add an entry for an action of `actor` on `subject`, and return it.

    Call it in the transaction of the action, so that both are committed or neither.
    `reason` is cut at 500 characters, the label of the subject at 200.
    """
    return AuditLogEntry.objects.create(
        actor=actor,
        action=action,
        reason=reason[:500],
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        before=before,
        after=after,
    )


def record_upload(
    sender: type[Model], *, upload: Model, actor: "User | None", **decision: Any
) -> None:
    """Record what staff decide about an upload, which `upload_moderated` sends."""
    decision.pop("signal", None)
    if actor is not None:  # what is automated is a decision, and no action of staff
        record(upload, actor=actor, **decision)
