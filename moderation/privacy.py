"""Personal data of reports, cases, appeals and strikes."""

from typing import Any

from django.db.models import Q, QuerySet

from audit.privacy import LABEL, PROOF
from core.privacy import describe, describe_impersonal
from moderation.models import (
    Appeal,
    AppealPicture,
    Case,
    CaseEvent,
    CaseSnapshot,
    ReasonTemplate,
    Report,
    Strike,
)

PURPOSE = "What was reported, what was decided, and who appealed."
RETENTION = "While the account exists; without its texts afterwards."


def told_cases(person: Any) -> QuerySet[Case]:
    """Return the cases about `person` whose decision they know.

    Others would show them that they were reported, and by whom: a message was read by
    one other person.
    """
    rows = Case.objects.filter(person=person.pk, decision__isnull=False)
    return rows.exclude(decision__outcome="no_action")


def all_cases(person: Any) -> QuerySet[Case]:
    """Return the cases about `person`."""
    return Case.objects.filter(person=person.pk)


def told_snapshots(person: Any) -> QuerySet[CaseSnapshot]:
    """Return the texts of the cases whose decision `person` knows."""
    return CaseSnapshot.objects.filter(case__in=told_cases(person))


def all_snapshots(person: Any) -> QuerySet[CaseSnapshot]:
    """Return the texts of all cases about `person`."""
    return CaseSnapshot.objects.filter(case__person=person.pk)


def own_appeals(person: Any) -> QuerySet[Appeal]:
    """Return the appeals that `person` has written: also as a reporter."""
    concerned = Q(report=None, decision__person=person.pk)
    return Appeal.objects.filter(concerned | Q(report__reporter=person.pk))


describe(
    Case,
    whose=told_cases,
    mentions=(all_cases,),
    purpose=PURPOSE,
    retention=RETENTION,
    exports="number target_type target_label status opened_at decided_at decision",
    internal="person target_id assignee version severity standing reports_count due_at "
    "is_detected_automatically",
    pseudonymise={"target_label": LABEL},
    keep={
        "person number target_type target_id status assignee version severity standing "
        "reports_count due_at decision is_detected_automatically opened_at "
        "decided_at": PROOF
    },
)
describe(
    CaseSnapshot,
    whose=told_snapshots,
    mentions=(all_snapshots,),
    purpose="What a thing said when it was reported.",
    retention="REPORTER_DAYS after its case is closed.",
    exports="case text",
    internal="digest",
    delete=True,
)
describe(
    CaseEvent,
    whose="actor",
    purpose=PURPOSE,
    retention=RETENTION,
    exports="case name old new",
    internal="note",
    blank="note",
    keep={"case name old new": PROOF},
)
describe(
    Report,
    whose="reporter",
    purpose=PURPOSE,
    retention="Names and addresses of outsiders: REPORTER_DAYS after the case is "
    "closed. The rest: while the account exists; without its texts afterwards.",
    exports="number case category explanation status decided_at name email language",
    internal="standing",
    blank="name email language",
    pseudonymise={"explanation": LABEL},
    keep={"number case category status standing decided_at": PROOF},
)
describe(
    Appeal,
    whose=own_appeals,
    purpose=PURPOSE,
    retention=RETENTION,
    exports="decision text status answer decided_at",
    internal="case report decided_by is_same_decider resolution",
    blank="answer",
    pseudonymise={"text": LABEL},
    keep={
        "decision case report status decided_by is_same_decider resolution "
        "decided_at": PROOF
    },
)
describe(
    Strike,
    whose="person",
    purpose="Decisions that count against a person for a time.",
    retention="STRIKE_DAYS.",
    exports="decision points expires_at",
    delete=True,
)
describe(
    AppealPicture,
    whose="upload__owner",
    purpose="Pictures that who appeals shows.",
    exports="appeal upload",
    delete=True,
)
describe_impersonal(
    ReasonTemplate,
    "name category ground basis text_en text_lv text_ru is_offered",
    because="Texts that staff begin a statement of reasons with.",
)
