"""Personal data in the audit log, and in the admin's own log."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from audit.models import AuditLogEntry, Decision
from core.privacy import TABLES, Table, describe

LABEL = "∙∙∙"  # in the place of a name or a title
PROOF = "Proof that staff acted, and when (accountability)."


def ids_by_label(person: Any, labels: set[str]) -> Iterator[tuple[Table, QuerySet]]:
    """Yield each table of `labels`, and the ids of what `person` has in it."""
    for table in TABLES.values():
        owner = table.whose[0] if table.whose else ""
        if isinstance(owner, str) and owner and table.model._meta.label_lower in labels:
            rows = table.model._base_manager.filter(**{owner: person.pk})
            yield table, rows.order_by().values("pk")


def entries_about(person: Any) -> QuerySet[AuditLogEntry]:
    """Return the entries about the account of `person` and what they posted."""
    entries = AuditLogEntry.objects.order_by()
    labels = set(entries.values_list("subject_type", flat=True).distinct())
    about = Q(pk__in=[])
    for table, ids in ids_by_label(person, labels):
        label = table.model._meta.label_lower
        about |= Q(subject_type=label, subject_id__in=ids)
    return entries.filter(about)


def admin_entries_about(person: Any) -> QuerySet[LogEntry]:
    """Return the entries of the admin's log about `person` and what they posted."""
    types = ContentType.objects.filter(logentry__isnull=False).distinct()
    labels = {f"{type_.app_label}.{type_.model}": type_ for type_ in types}
    about = Q(pk__in=[])
    for table, ids in ids_by_label(person, set(labels)):
        texts = ids.annotate(text=Cast("pk", CharField())).values("text")
        content_type = labels[table.model._meta.label_lower]
        about |= Q(content_type=content_type, object_id__in=texts)
    return LogEntry.objects.filter(about)


describe(
    AuditLogEntry,
    whose=entries_about,
    purpose="Which member of staff did what to an account or a post, and why.",
    retention="AUDIT_LOG_DAYS.",
    exports="action reason subject_type",
    internal="actor subject_id subject_label before after",
    blank="reason before after",
    pseudonymise={"subject_label": LABEL},
    keep={"actor action subject_type subject_id": PROOF},
)
describe(
    LogEntry,
    whose=admin_entries_about,
    purpose="Django's own log of the admin.",
    retention="AUDIT_LOG_DAYS.",
    exports="action_time",
    internal="user content_type object_id object_repr action_flag change_message",
    blank="change_message",
    pseudonymise={"object_repr": LABEL},
    keep={"action_time user content_type object_id action_flag": PROOF},
)


def told_decisions(person: Any) -> QuerySet[Decision]:
    """Return the decisions that `person` was told of: not that nothing was done."""
    rows = Decision.objects.filter(person=person.pk)
    return rows.exclude(outcome=Decision.Outcome.NO_ACTION)


def all_decisions(person: Any) -> QuerySet[Decision]:
    """Return the decisions about `person`."""
    return Decision.objects.filter(person=person.pk)


describe(
    Decision,
    whose=told_decisions,
    mentions=(all_decisions,),
    purpose="What was restricted, and why: statements of reasons, appeals and figures.",
    retention="While the account exists; without its texts afterwards.",
    exports="number target_label outcome ground basis category facts until source "
    "restricts label detected_automatically decided_automatically created_at",
    internal="person actor target_type target_id target_created_at note undoes batch",
    blank="note",
    pseudonymise={"target_label": LABEL, "facts": LABEL},
    keep={
        "person actor target_type target_id target_created_at number outcome ground "
        "basis category until source detected_automatically decided_automatically "
        "restricts label batch undoes": PROOF
    },
)
