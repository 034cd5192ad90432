"""Services of tasks. The changes of status are in `workflow`."""

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from core.exceptions import WrongStatus
from core.request_id import current_request_id
from core.workflow import Transition
from items import services as items
from tasks import applications, notices
from tasks.models import TaskEvent, TaskRequest

OPEN, COMPLETED = TaskRequest.Status.OPEN, TaskRequest.Status.COMPLETED


@transaction.atomic
def edit(task: TaskRequest, *, actor: User, **changes: object) -> TaskRequest:
    """Change an open task of `actor` and return it.

    Raises `NotAllowed` (403) for a task of others, `WrongStatus` (409) for one that is
    no longer open.
    """
    task = items.lock_owned(task, actor=actor)
    if task.status != OPEN:
        raise WrongStatus(_("Only an open task can be changed."))
    items.edit(task, changes=changes)
    return task


# --- Effects of transitions: the row is locked by `Workflow.run` ----------------------


def cancel(task: TaskRequest, *, actor: User | None, reason: str = "") -> None:
    """Reject the pending applications of a task that is cancelled."""
    people = applications.reject_pending(task)
    notices.task_cancelled(task, people, actor=actor)


def set_done_at(task: TaskRequest, *, actor: User) -> None:
    """Set `marked_done_at`, from which the automatic confirmation counts."""
    task.marked_done_at = timezone.now()


def set_dispute_reason(task: TaskRequest, *, actor: User, reason: str = "") -> None:
    """Set `dispute_reason`."""
    task.dispute_reason = reason


def set_completed_at(
    task: TaskRequest, *, actor: User | None, reason: str = ""
) -> None:
    """Set `completed_at`."""
    task.completed_at = timezone.now()


def record(
    task: TaskRequest,
    *,
    actor: User | None,
    row: Transition,
    old: str,
    reason: str = "",
    **data: object,
) -> None:
    """Add a transition to the task's history; if it ended the task, count it."""
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


# --- Counts ---------------------------------------------------------------------------


@transaction.atomic
def count_tasks(worker_id: int) -> None:
    """Set a worker's counts of completed and failed tasks to what the tasks are."""
    # Locked: of two tasks that end at once, each would miss the other in its count.
    accounts.lock(worker_id)
    completed = TaskRequest.objects.filter(assigned_to=worker_id, status=COMPLETED)
    failed = TaskEvent.objects.filter(
        task__assigned_to=worker_id, name="settle-for-creator"
    )
    accounts.set_task_counts(
        worker_id, completed=completed.count(), failed=failed.count()
    )


def miscounted_workers() -> set[int]:
    """Return the ids of users whose counts of completed and failed tasks are wrong."""
    completed = TaskRequest.objects.filter(status=COMPLETED).values_list("assigned_to")
    failed = TaskEvent.objects.filter(name="settle-for-creator").values_list(
        "task__assigned_to"
    )
    people = User.objects.order_by()
    return {
        worker
        for field, rows in (("tasks_completed", completed), ("tasks_failed", failed))
        for worker, _count in (
            set(rows.order_by().annotate(Count("pk")))
            ^ set(people.filter(**{f"{field}__gt": 0}).values_list("pk", field))
        )
    }
