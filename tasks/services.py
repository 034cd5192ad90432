"""Services of tasks. The changes of status are in `workflow`."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts import services as accounts
from accounts.models import User
from core.db import shared_queries
from core.exceptions import WrongStatus
from core.request_id import current_request_id
from core.workflow import Transition
from items import services as items
from tasks import applications, notices, payments
from tasks.models import Dispute, TaskEvent, TaskRequest

OPEN, COMPLETED = TaskRequest.Status.OPEN, TaskRequest.Status.COMPLETED
TERMS = (
    *("title", "category", "description", "required_skills", "images"),
    *("budget", "deadline", "payment_required"),
    *("latitude", "longitude", "location", "address"),
)
GIVE_BACK = "give-back"  # the transition of a worker who no longer does the task


class NotHeard(WrongStatus):
    """Only one side of a dispute has spoken, and the other one still has time (409)."""

    code = "other_side_not_heard"

    def __init__(self, respond_by: datetime):
        until = date_format(timezone.localtime(respond_by), "DATETIME_FORMAT")
        super().__init__(
            _("The other side may answer until %(until)s. Decide after that.")
            % {"until": until}
        )


def post(
    *, owner: User, fields: dict[str, Any], is_limited: bool = True
) -> TaskRequest:
    """Create a task of `owner` from validated fields; return it.

    Raises as `check_deadline`, `tasks.payments.check_possible` and
    `items.services.post`.
    """
    payments.check_possible(fields)
    check_deadline(fields.get("deadline"))
    return items.post(TaskRequest, owner=owner, fields=fields, is_limited=is_limited)


@transaction.atomic
def edit(task: TaskRequest, *, actor: User, **changes: object) -> TaskRequest:
    """Change an open task of `actor` and return it; notify applicants of new terms.

    Raises `NotAllowed` (403) for a task of others, `WrongStatus` (409) for one that is
    no longer open, and as `check_deadline` and `tasks.payments.check_possible`.
    """
    payments.check_possible(changes)
    task = items.lock_owned(task, actor=actor)
    if task.status != OPEN:
        raise WrongStatus(_("Only an open task can be changed."))
    if _is_same_minute(changes.get("deadline"), task.deadline):
        del changes["deadline"]
    check_deadline(changes.get("deadline"))
    before = _terms(task)
    items.edit(task, changes=changes)
    if _terms(task) != before:
        notices.terms_changed(task, applications.pending_applicants(task), actor=actor)
    return task


def _terms(task: TaskRequest) -> tuple[object, ...]:
    """Return what an applicant has agreed to."""
    return tuple(getattr(task, name) for name in TERMS)


def check_deadline(deadline: object) -> None:
    """Raise `serializers.ValidationError` (400) for a deadline before this minute.

    Clients pick minutes: one that begins now is not past until it ends.
    """
    this_minute = timezone.now().replace(second=0, microsecond=0)
    if isinstance(deadline, datetime) and deadline < this_minute:
        sentence = _("This time is in the past. Choose a later deadline.")
        raise serializers.ValidationError({"deadline": [sentence]})


def _is_same_minute(one: object, other: datetime | None) -> bool:
    """A form that is sent back unchanged has the deadline without its seconds."""
    return (
        isinstance(one, datetime)
        and other is not None
        and one.replace(second=0, microsecond=0)
        == other.replace(second=0, microsecond=0)
    )


# --- Effects of transitions: the row is locked by `Workflow.run` ----------------------


def cancel(task: TaskRequest, *, actor: User | None, reason: str = "") -> None:
    """Refund a task that is cancelled, and reject its pending applications.

    Raises as `tasks.payments.refund`.
    """
    payments.refund(task, actor=actor, reason=reason)
    people = applications.reject_pending(task)
    notices.task_cancelled(task, people, actor=actor)


def cancel_by_staff(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Cancel the task. Raises as `require_heard` and `cancel`."""
    require_heard(task)
    cancel(task, actor=actor, reason=reason)


def start(task: TaskRequest, *, actor: User) -> None:
    """Check that the work may begin. Raises as `tasks.payments.require_held`."""
    payments.require_held(task)


def mark_done(task: TaskRequest, *, actor: User) -> None:
    """Set `marked_done_at`, from which the automatic confirmation counts.

    Raises as `tasks.payments.require_held`.
    """
    payments.require_held(task)
    task.marked_done_at = timezone.now()
    payments.show_release(task)


def dispute(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Set `dispute_reason`, and freeze the payment."""
    task.dispute_reason = reason
    payments.freeze(task, actor=actor)


def complete(task: TaskRequest, *, actor: User | None, reason: str = "") -> None:
    """Set `completed_at`, and release the payment.

    Raises as `tasks.payments.release`.
    """
    task.completed_at = timezone.now()
    payments.release(task, actor=actor)


def give_to_creator(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Refund the payment. Raises as `tasks.payments.refund`."""
    payments.refund(task, actor=actor, reason=reason)


def divide(
    task: TaskRequest, *, actor: User, worker_amount: Decimal, reason: str = ""
) -> None:
    """Set `completed_at`, and divide the payment. Raises as `tasks.payments.split`."""
    task.completed_at = timezone.now()
    payments.split(task, actor=actor, worker_amount=worker_amount, reason=reason)


def settle_for_worker(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Complete the task. Raises as `require_heard` and `complete`."""
    require_heard(task)
    complete(task, actor=actor, reason=reason)


def settle_for_creator(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Refund the payment. Raises as `require_heard` and `give_to_creator`."""
    require_heard(task)
    give_to_creator(task, actor=actor, reason=reason)


def settle_split(
    task: TaskRequest, *, actor: User, worker_amount: Decimal, reason: str = ""
) -> None:
    """Divide the payment. Raises as `require_heard` and `divide`."""
    require_heard(task)
    divide(task, actor=actor, worker_amount=worker_amount, reason=reason)


def require_heard(task: TaskRequest) -> None:
    """Raise `NotHeard` (409) while the other side of the dispute may still answer."""
    dispute = task.disputes.unresolved().first()
    if dispute is not None:
        require_heard_in(dispute)


def require_heard_in(dispute: Dispute) -> None:
    """Raise `NotHeard` (409) while the other side of `dispute` may still answer."""
    if not dispute.is_heard(at=timezone.now()):
        raise NotHeard(dispute.respond_by)


def record(
    task: TaskRequest,
    *,
    actor: User | None,
    row: Transition,
    old: str,
    reason: str = "",
    **data: object,
) -> None:
    """Add a transition to the task's history; count what counts for its worker."""
    TaskEvent.objects.create(
        task=task,
        actor=actor,
        name=row.name,
        old=old,
        new=task.status,
        reason=reason,
        request_id=current_request_id(),
    )
    if task.is_over and task.assigned_to_id:
        count_tasks(task.assigned_to_id)
    elif row.name == GIVE_BACK and actor is not None:
        count_tasks(actor.pk)


# --- Counts ---------------------------------------------------------------------------


# The rows of a worker that each count is of.
COUNTED: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "completed": lambda worker: TaskRequest.objects.filter(
        assigned_to=worker, status=COMPLETED
    ),
    "failed": lambda worker: TaskEvent.objects.filter(
        task__assigned_to=worker, name="settle-for-creator"
    ),
    "given_back": lambda worker: TaskEvent.objects.filter(actor=worker, name=GIVE_BACK),
}


@transaction.atomic
def count_tasks(worker_id: int) -> None:
    """Set a worker's counts of completed, failed and returned tasks from the rows."""
    # Locked: of two tasks that end at once, each would miss the other in its count.
    accounts.lock(worker_id)
    counts = {
        name: shared_queries.count(("tasks.count", name), rows, worker=worker_id)
        for name, rows in COUNTED.items()
    }
    accounts.set_task_counts(worker_id, **counts)


def miscounted_workers() -> set[int]:
    """Return the ids of users whose counts of tasks are wrong."""
    completed = TaskRequest.objects.filter(status=COMPLETED).values_list("assigned_to")
    failed = TaskEvent.objects.filter(name="settle-for-creator").values_list(
        "task__assigned_to"
    )
    given_back = TaskEvent.objects.filter(name=GIVE_BACK).values_list("actor")
    people = User.objects.order_by()
    counts = (
        ("tasks_completed", completed),
        ("tasks_failed", failed),
        ("tasks_given_back", given_back),
    )
    return {
        worker
        for field, rows in counts
        for worker, _count in (
            set(rows.order_by().annotate(Count("pk")))
            ^ set(people.filter(**{f"{field}__gt": 0}).values_list("pk", field))
        )
    }
