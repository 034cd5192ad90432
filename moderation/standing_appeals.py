"""Appeals against decisions that something else undoes are closed.

Appeals of reporters stay: they ask for more, and not that a decision is undone.
"""

from typing import Any

from django.utils import timezone

from audit.models import Decision
from core.db.locks import locked
from moderation import cases, notices
from moderation.models import Appeal, Case


def close(
    sender: type[Decision], *, decision: Decision, by: Decision, **kwargs: Any
) -> None:
    """Close the open appeal of the person, and tell them. Receives `decision_undone`.

    One that is overturned is not open any more.
    """
    appeal = Appeal.objects.open().filter(decision=decision, report=None).first()
    if appeal is None:
        return
    Appeal.objects.filter(pk=appeal.pk).update(
        status=Appeal.Status.CLOSED, resolution=by, decided_at=timezone.now()
    )
    appeal.refresh_from_db()
    _close_case(appeal)
    notices.appeal_decided(appeal)


def _close_case(appeal: Appeal) -> None:
    # Locked after the target, as everywhere.
    case = locked(Case.objects.filter(appeals=appeal), of=("self",)).first()
    if case is None or case.status != Case.Status.APPEALED:
        return
    if case.decision_id == appeal.decision_id and not case.appeals.open().exists():
        cases.move(case, actor=None, name="undo", status="closed")
