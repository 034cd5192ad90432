"""File a dispute, answer it, and what ends one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.db.locks import locked
from core.exceptions import NotFound, WrongStatus
from messaging.models import Conversation
from tasks.disputes import evidence, notices, rules
from tasks.models import Dispute, TaskRequest
from tasks.permissions import is_party
from tasks.workflow import TASK_WORKFLOW

MAX_REASON_CHARS = 2000  # of the history of the task


@transaction.atomic
def file(
    task_id: int,
    *,
    actor: User,
    reason: str,
    description: str,
    evidence_images: Sequence[int] = (),
) -> Dispute:
    """Dispute a task of `actor`, and return the dispute.

    A completed task stays completed; any other one becomes disputed. Raises `NotFound`
    (404) for a task of others and for pictures that are not their own, and as
    `rules.check_may_file`.
    """
    # Locked before the dispute, as in every transition of the task.
    task = locked(TaskRequest.objects).filter(pk=task_id).first()
    if task is None or not is_party(task, actor):
        raise NotFound(_("Not found."), field="task_id")
    rules.check_may_file(task, actor, at=timezone.now())
    dispute = open_dispute(task, actor=actor, reason=reason, description=description)
    evidence.attach(dispute, evidence_images, owner=actor)
    if task.status != TaskRequest.Status.COMPLETED:
        TASK_WORKFLOW.run(
            rules.row_for(task, actor),
            task,
            actor=actor,
            is_locked=True,
            reason=description[:MAX_REASON_CHARS],
        )
    notices.filed(dispute)
    return dispute


def open_dispute(
    task: TaskRequest, *, actor: User, reason: str, description: str
) -> Dispute:
    """Create the dispute of a party about a locked task with a worker; return it.

    The caller has checked, with the task locked, that there is no unresolved one.
    """
    is_creator = actor.pk == task.creator_id
    other = task.assigned_to if is_creator else task.creator
    dispute = Dispute.objects.create(
        task=task,
        filed_by=actor,
        filed_against=cast(User, other),
        reason=reason,
        description=description,
        respond_by=timezone.now() + response_time(),
        last_message_id=_last_message_of(task),
    )
    notices.publish(dispute)
    return dispute


def response_time() -> timedelta:
    """Return how long the other side may take to answer."""
    return timedelta(days=settings.DISPUTE_RESPONSE_DAYS)


def _last_message_of(task: TaskRequest) -> int | None:
    """Return the id of the last message between the two parties; None without one."""
    pair = sorted((task.creator_id, task.assigned_to_id or 0))
    rows = Conversation.objects.filter(participant_1=pair[0], participant_2=pair[1])
    return rows.values_list("last_message", flat=True).first()


@transaction.atomic
def open_missing(task: TaskRequest) -> bool:
    """Open the dispute of a disputed task that has none; return whether it was missing.

    Of tasks that an earlier release has disputed: by their creators alone.
    """
    task = locked(TaskRequest.objects).get(pk=task.pk)
    is_missing = (
        task.status == TaskRequest.Status.DISPUTED
        and not task.disputes.unresolved().exists()
    )
    if is_missing:
        open_dispute(
            task,
            actor=task.creator,
            reason=Dispute.Reason.OTHER,
            description=task.dispute_reason,
        )
    return is_missing


# --- Effects of transitions: the task and the dispute are locked ----------------------


def respond(
    dispute: Dispute,
    *,
    actor: User,
    description: str,
    evidence_images: Sequence[int] = (),
) -> None:
    """Set the answer of the other side. Raises `WrongStatus` (409) for a second one."""
    if dispute.responded_at is not None:
        raise WrongStatus(_("You have answered already."))
    dispute.response_description = description
    dispute.responded_at = timezone.now()
    evidence.attach(dispute, evidence_images, owner=actor)


def resolve(
    dispute: Dispute,
    *,
    actor: User | None,
    resolution: str,
    notes: str = "",
    worker_cents: int | None = None,
) -> None:
    """Set what was decided, by whom, and when."""
    dispute.resolution, dispute.resolution_notes = resolution, notes
    dispute.worker_cents = worker_cents
    dispute.resolved_at, dispute.resolved_by = timezone.now(), actor


@transaction.atomic
def escalate(dispute: Dispute, *, at: datetime) -> bool:
    """Notify staff, once, of a dispute that takes too long; return whether it does."""
    # Locked: of two workers at once, both would notify.
    row = locked(Dispute.objects).get(pk=dispute.pk)
    if row.is_resolved or row.escalated_at is not None:
        return False
    row.escalated_at = at
    row.save(update_fields=["escalated_at", "updated_at"])
    notices.escalated(row)
    return True
