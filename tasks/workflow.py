"""The workflow tables of tasks and applications."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services as audit
from core.workflow import Transition, Workflow, is_system
from items.moderation import moderation
from payments.inputs import SplitInput
from tasks import applications, notices, permissions, services
from tasks.inputs import AcceptInput, ReasonInput, RequiredReasonInput, SeenInput
from tasks.models import TaskApplication, TaskRequest
from tasks.signals import task_changed

OPEN, ASSIGNED, IN_PROGRESS, DONE, COMPLETED, DISPUTED, CANCELLED = (
    TaskRequest.Status.values
)
PENDING, ACCEPTED, REJECTED, WITHDRAWN = TaskApplication.Status.values


def record(
    task: TaskRequest, *, actor: User | None, row: Transition, old: str, **data: Any
) -> None:
    """Add a transition to the history and notify; add one of staff to the audit log."""
    services.record(task, actor=actor, row=row, old=old, **data)
    if row.in_admin and actor is not None:
        audit.record(
            task,
            actor=actor,
            action=row.name,
            reason=data.get("reason", ""),
            before=old,
            after=task.status,
        )
    notices.task_changed(task, actor=actor, row=row, **data)
    task_changed.send(TaskRequest, task=task, name=row.name, actor=actor, **data)


def _by_parties(
    name: str,
    label: Any,
    source: tuple[str, ...],
    target: str,
    effect: Any,
    allow: Any = permissions.is_party,
) -> Transition:
    """Return a row that `tasks.disputes` runs, and the routes of tasks do not offer."""
    return Transition(
        name=name,
        label=label,
        done=label,
        source=source,
        target=target,
        allow=allow,
        effect=effect,
        in_api=False,
    )


TASK_WORKFLOW = Workflow(
    Transition(
        name="accept",
        label=_("Accept an application"),
        done=_("The application is accepted."),
        source=(OPEN,),
        target=ASSIGNED,
        allow=permissions.is_creator,
        effect=applications.accept,
        input=AcceptInput,
        path_input=SeenInput,
        aliases=(
            "accept-application",
            r"applications/(?P<application_id>[0-9]{1,18})/accept",
        ),
        answer={"application": "accepted_application"},
        error_codes={
            "s403": ["blocked"],
            "s409": [
                *("changed_since", "price_changed"),
                *("payee_not_ready", "price_missing", "payment_not_supported"),
            ],
        },
    ),
    Transition(
        name="start",
        label=_("Start the work"),
        done=_("The work has begun."),
        source=(ASSIGNED,),
        target=IN_PROGRESS,
        allow=permissions.is_worker,
        effect=services.start,
        error_codes={"s409": ["payment_required"]},
    ),
    Transition(
        name="mark-done",
        label=_("Mark the task as done"),
        done=_("The task is marked as done and waits for confirmation."),
        source=(ASSIGNED, IN_PROGRESS),
        target=DONE,
        allow=permissions.is_worker,
        effect=services.mark_done,
        aliases=("done",),
        error_codes={"s409": ["payment_required"]},
    ),
    Transition(
        name="give-back",
        label=_("Give the task back"),
        done=_("You have given the task back. It is open again."),
        source=(ASSIGNED, IN_PROGRESS),
        target=OPEN,
        allow=permissions.is_worker,
        effect=applications.give_back,
        input=ReasonInput,
        error_codes={"s409": ["payment_disputed"]},
    ),
    Transition(
        name="reopen-unpaid",
        label=_("Open the task again, as it was not paid"),
        done=_("The task is open again."),
        source=(ASSIGNED,),
        target=OPEN,
        allow=is_system,
        effect=applications.reopen_unpaid,
        in_api=False,
    ),
    Transition(
        name="confirm",
        label=_("Confirm the work"),
        done=_("The work is confirmed. The task is completed."),
        source=(DONE,),
        target=COMPLETED,
        allow=permissions.is_creator,
        effect=services.complete,
        aliases=("complete",),
        error_codes={"s409": ["payment_disputed"]},
    ),
    Transition(
        name="auto-confirm",
        label=_("Confirm the work automatically"),
        done=_("The task is completed."),
        source=(DONE,),
        target=COMPLETED,
        allow=is_system,
        effect=services.complete,
        in_api=False,
    ),
    Transition(
        name="dispute",
        label=_("Dispute the work"),
        done=_("The work is disputed. Staff will review it."),
        source=(DONE,),
        target=DISPUTED,
        allow=permissions.is_creator,
        effect=services.dispute,
        input=ReasonInput,
    ),
    _by_parties(
        "dispute-by-creator",
        _("Dispute the task as its creator"),
        (IN_PROGRESS, DONE),
        DISPUTED,
        services.dispute,
        permissions.is_creator,
    ),
    _by_parties(
        "dispute-by-worker",
        _("Dispute the task as its worker"),
        (ASSIGNED, IN_PROGRESS, DONE),
        DISPUTED,
        services.dispute,
        permissions.is_worker,
    ),
    _by_parties(
        "agree-for-worker",
        _("Agree that the worker is paid"),
        (DISPUTED,),
        COMPLETED,
        services.complete,
    ),
    _by_parties(
        "agree-for-creator",
        _("Agree that the creator is refunded"),
        (DISPUTED,),
        CANCELLED,
        services.give_to_creator,
    ),
    _by_parties(
        "agree-split",
        _("Agree to divide the payment"),
        (DISPUTED,),
        COMPLETED,
        services.divide,
    ),
    Transition(
        name="settle-for-worker",
        label=_("Settle the dispute for the worker"),
        done=_("The dispute is settled for the worker."),
        source=(DISPUTED,),
        target=COMPLETED,
        allow=permissions.is_impartial_staff,
        effect=services.settle_for_worker,
        input=RequiredReasonInput,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="settle-for-creator",
        label=_("Settle the dispute for the creator"),
        done=_("The dispute is settled for the creator."),
        source=(DISPUTED,),
        target=CANCELLED,
        allow=permissions.is_impartial_staff,
        effect=services.settle_for_creator,
        input=RequiredReasonInput,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="settle-split",
        label=_("Settle the dispute by dividing the payment"),
        done=_("The dispute is settled, and the payment is divided."),
        source=(DISPUTED,),
        target=COMPLETED,
        allow=permissions.is_impartial_staff,
        effect=services.settle_split,
        input=SplitInput,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="cancel",
        label=_("Cancel the task"),
        done=_("The task is cancelled."),
        # Not once the work is marked as done: then the creator confirms or disputes it,
        # and staff settle the dispute.
        source=(OPEN, ASSIGNED, IN_PROGRESS),
        target=CANCELLED,
        allow=permissions.is_creator,
        effect=services.cancel,
        input=ReasonInput,
        error_codes={"s409": ["payment_disputed"]},
    ),
    Transition(
        name="cancel-by-staff",
        label=_("Cancel the task as staff"),
        done=_("The task is cancelled."),
        source=(OPEN, ASSIGNED, IN_PROGRESS, DONE, DISPUTED),
        target=CANCELLED,
        allow=permissions.is_impartial_staff,
        effect=services.cancel_by_staff,
        input=RequiredReasonInput,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="expire",
        label=_("Cancel the expired task"),
        done=_("The task has expired."),
        source=(OPEN,),
        target=CANCELLED,
        allow=is_system,
        effect=services.cancel,
        in_api=False,
    ),
    record=record,
)

APPLICATION_WORKFLOW = Workflow(
    Transition(
        name="reject",
        label=_("Reject the application"),
        done=_("The application is rejected."),
        source=(PENDING,),
        target=REJECTED,
        allow=permissions.is_task_creator,
    ),
    Transition(
        name="withdraw",
        label=_("Withdraw the application"),
        done=_("The application is withdrawn."),
        source=(PENDING,),
        target=WITHDRAWN,
        allow=permissions.is_applicant,
        effect=applications.withdraw,
    ),
    parent="task",
    record=notices.application_decided,
)

MODERATION = moderation()
