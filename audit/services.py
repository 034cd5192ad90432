"""Write the trail of what staff do."""

from django.db.models import Model

from audit.models import AuditLogEntry


def record(
    subject: Model,
    *,
    actor: Model,
    action: str,
    reason: str = "",
    before: str = "",
    after: str = "",
) -> AuditLogEntry:
    """Add one act to the trail, in the transaction of the act itself."""
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
