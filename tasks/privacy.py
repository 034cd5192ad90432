"""Personal data of tasks, and when they keep an account from being erased."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import ngettext

from core.privacy import Reason, describe, erasure_step, obstacle
from items.privacy import (
    EXPORTS,
    INTERNAL,
    MODERATED_BY,
    PLACE,
    PURPOSE,
    RETENTION,
)
from tasks.models import (
    Dispute,
    DisputeEvidence,
    DisputeOffer,
    TaskApplication,
    TaskEvent,
    TaskRequest,
)
from tasks.workflow import APPLICATION_WORKFLOW, TASK_WORKFLOW

NO_TITLE = "–"
DEAL = "The worker did the task too: their counts and reviews rest on it."
Status = TaskRequest.Status
OPEN_DEALS = (
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.PENDING_CONFIRMATION,
    Status.DISPUTED,
)

describe(
    TaskRequest,
    whose="creator",
    parties="assigned_to",
    purpose=PURPOSE,
    retention=RETENTION,
    exports=f"{EXPORTS} budget deadline priority is_urgent required_skills radius "
    "status applications_count dispute_reason marked_done_at completed_at "
    "payment_required agreed_price agreed_fee_bps agreed_fee_min_cents assigned_at",
    private=PLACE,
    internal=INTERNAL,
    blank="description images location address search_text dispute_reason "
    "required_skills moderation_reason",
    pseudonymise={
        "title": NO_TITLE,
        "attributes": {},
        # A task has a point (`task_has_point`).
        **dict.fromkeys(("latitude", "longitude"), 0.0),
        **dict.fromkeys(("public_latitude", "public_longitude"), 0.0),
    },
    keep={
        "category currency budget deadline priority is_urgent radius status "
        "applications_count marked_done_at completed_at "
        "payment_required agreed_price assigned_at": DEAL,
        "agreed_fee_bps agreed_fee_min_cents": DEAL,
        "moderation moderated_at moderated_by decision label label_decision": (
            MODERATED_BY
        ),
    },
)
describe(
    TaskApplication,
    whose="applicant",
    parties="task__creator",
    purpose="Who wants to do a task.",
    exports="task message price status",
    internal="passed_over",
    blank="message",
    keep={
        "task price status passed_over": "The creator of the task counts applications."
    },
)
describe(
    TaskEvent,
    whose=("actor", "task__creator"),
    purpose="The history of a task, which disputes are settled by.",
    retention="As long as the task.",
    exports="task name old new",
    private="reason",
    internal="request_id",
    blank="reason",
    keep={"task name old new request_id": DEAL},
)
describe(
    Dispute,
    whose=("filed_by", "filed_against"),
    purpose="What the two sides of a dispute say, and how it was decided.",
    retention="As long as the task.",
    exports="task reason description status respond_by response_description "
    "responded_at resolution resolution_notes worker_cents resolved_at",
    internal="resolved_by escalated_at last_message",
    blank="description response_description resolution_notes last_message",
    keep={
        "task reason status respond_by responded_at resolution worker_cents "
        "resolved_at resolved_by escalated_at": DEAL
    },
)
describe(
    DisputeEvidence,
    whose="upload__owner",
    parties="dispute__filed_by dispute__filed_against",
    purpose="Pictures that one side of a dispute shows.",
    exports="dispute upload is_response",
    delete=True,
)
describe(
    DisputeOffer,
    whose="made_by",
    parties="dispute__filed_by dispute__filed_against",
    purpose="Offers to settle a dispute.",
    retention="As long as the task.",
    exports="dispute worker_cents accepted_at",
    keep={"dispute worker_cents accepted_at": DEAL},
)


@obstacle
def open_deals(person: Any) -> Iterator[Reason]:
    """Yield why `person` cannot leave: tasks that somebody works on, or disputes."""
    tasks = TaskRequest.objects.filter(status__in=OPEN_DEALS)
    if count := tasks.filter(creator=person.pk).count():
        sentence = ngettext(
            "%(count)s task of yours is being done. Confirm or cancel it first.",
            "%(count)s tasks of yours are being done. Confirm or cancel them first.",
            count,
        )
        yield Reason("tasks_as_creator", count, sentence % {"count": count})
    if count := tasks.filter(assigned_to=person.pk).count():
        sentence = ngettext(
            "You are doing %(count)s task. Finish it or give it back first.",
            "You are doing %(count)s tasks. Finish them or give them back first.",
            count,
        )
        yield Reason("tasks_as_worker", count, sentence % {"count": count})


@obstacle
def open_disputes(person: Any) -> Iterator[Reason]:
    """Yield why `person` cannot leave: disputes about tasks that are completed."""
    disputes = Dispute.objects.of(person).unresolved()
    if count := disputes.filter(task__status=Status.COMPLETED).count():
        sentence = ngettext(
            "%(count)s dispute of yours is not resolved.",
            "%(count)s disputes of yours are not resolved.",
            count,
        )
        yield Reason("disputes", count, sentence % {"count": count})


@erasure_step
def end_tasks_and_applications(person: Any) -> None:
    """Cancel the open tasks of `person`, and withdraw what they have applied for."""
    TASK_WORKFLOW.run_due(
        "expire", TaskRequest.objects.filter(creator=person.pk, status=Status.OPEN)
    )
    pending = TaskApplication.objects.pending().filter(applicant=person.pk)
    for application in pending.order_by("pk"):
        APPLICATION_WORKFLOW.run("withdraw", application, actor=person)
