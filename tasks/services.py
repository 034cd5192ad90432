"""Verbs of tasks and applications. The changes of status are in `workflow`."""

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from core.db.locks import locked
from core.exceptions import DomainError, NotAllowed, NotFound, WrongStatus
from core.request_id import current_request_id
from items import services as items
from tasks import notices
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from tasks.permissions import is_creator

OPEN, COMPLETED = TaskRequest.Status.OPEN, TaskRequest.Status.COMPLETED
PENDING, ACCEPTED, REJECTED, WITHDRAWN = TaskApplication.Status.values


def post(*, creator, **fields) -> TaskRequest:
    """Ask for help."""
    return items.post(TaskRequest(creator=creator), owner=creator, fields=fields)


@transaction.atomic
def edit(task: TaskRequest, *, actor, **changes) -> TaskRequest:
    """Change a task that nobody has taken yet."""
    task = items.lock_owned(task, owner_field="creator", actor=actor)
    if task.status != OPEN:
        raise WrongStatus(_("Only an open task can be changed."))
    return items.edit(task, owner=actor, changes=changes)


@transaction.atomic
def apply_to(task: TaskRequest, *, worker, message: str = "") -> TaskApplication:
    """Offer to do a task. Raises 403 for one's own, 409 for a second application."""
    task = locked(TaskRequest.objects).get(pk=task.pk)
    if task.creator_id == worker.pk:
        raise NotAllowed(_("You cannot apply to your own task."))
    if task.status != OPEN:
        raise WrongStatus(_("This task no longer takes applications."))
    try:
        with transaction.atomic():
            application = TaskApplication.objects.create(
                task=task, applicant=worker, message=message
            )
    except IntegrityError as error:
        raise DomainError(
            _("You have applied to this task already."), code="already_applied"
        ) from error
    _count_applications(task, 1)
    notices.applied(application)
    return application


def _count_applications(task: TaskRequest, change: int) -> None:
    TaskRequest.objects.filter(pk=task.pk).update(
        applications_count=F("applications_count") + change
    )


@transaction.atomic
def recount_applications(task_id: int) -> None:
    """Count a task's applications anew, none coming or going meanwhile."""
    task = locked(TaskRequest.objects).get(pk=task_id)
    standing = task.applications.not_withdrawn().count()
    TaskRequest.objects.filter(pk=task_id).update(applications_count=standing)


def miscounted_tasks() -> QuerySet:
    """The ids of tasks whose count of applications is not true."""
    standing = ~Q(applications__status=WITHDRAWN)
    rows = TaskRequest.objects.order_by().values("pk", "applications_count")
    return (
        rows.annotate(standing=Count("applications", filter=standing))
        .exclude(standing=F("applications_count"))
        .values_list("pk", flat=True)
    )


# --- Effects of the task's transitions: called with the task's row locked -------------


def accept_application(
    task: TaskRequest,
    *,
    actor,
    application_id: int | None = None,
    user_id: int | None = None,
) -> None:
    """Give the task to one applicant and reject the others."""
    chosen = {"pk": application_id} if application_id else {"applicant": user_id}
    applications = locked(task.applications, of=("self",)).not_withdrawn()
    application = applications.filter(**chosen).select_related("applicant").first()
    if application is None:
        raise NotFound(_("There is no such application for this task."))
    if application.status != PENDING:
        raise WrongStatus(_("This application was decided already."))
    if not application.applicant.is_active:
        raise WrongStatus(_("This person can no longer take tasks."))
    task.applications.filter(pk=application.pk).update(status=ACCEPTED, **_touched())
    notices.not_chosen(task, _reject_pending(task), actor=actor)
    task.assigned_to = application.applicant


def cancel(task: TaskRequest, *, actor, reason: str = "") -> None:
    """Reject whoever still waits for an answer."""
    notices.called_off(task, _reject_pending(task), actor=actor)


def _reject_pending(task: TaskRequest) -> list[User]:
    """Reject them all, and return them."""
    pending = task.applications.pending()
    applicants = User.objects.filter(applications__in=pending.values("pk"))
    people = list(applicants.order_by("pk"))
    pending.update(status=REJECTED, **_touched())
    return people


def _touched() -> dict:
    return {"updated_at": timezone.now()}


def set_done_at(task: TaskRequest, *, actor) -> None:
    task.marked_done_at = timezone.now()


def set_dispute_reason(task: TaskRequest, *, actor, reason: str = "") -> None:
    task.dispute_reason = reason


def complete(task: TaskRequest, *, actor, reason: str = "") -> None:
    task.completed_at = timezone.now()


def record(task: TaskRequest, *, actor, row, old, reason: str = "", **fields) -> None:
    """Add a transition to the history, and to the worker's counts if it was the end."""
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


@transaction.atomic
def count_tasks(worker_id: int) -> None:
    """Bring a worker's counts of done and failed tasks in step with the tasks."""
    accounts.lock(worker_id)
    completed = TaskRequest.objects.filter(assigned_to=worker_id, status=COMPLETED)
    failed = TaskEvent.objects.filter(
        task__assigned_to=worker_id, name="settle-for-creator"
    )
    accounts.set_task_counts(
        worker_id, completed=completed.count(), failed=failed.count()
    )


def miscounted_workers() -> set[int]:
    """The ids of people whose counts of done and failed tasks are not true."""
    done = TaskRequest.objects.filter(status=COMPLETED).values_list("assigned_to")
    failed = TaskEvent.objects.filter(name="settle-for-creator").values_list(
        "task__assigned_to"
    )
    people = User.objects.order_by()
    return {
        worker
        for field, counted in (("tasks_completed", done), ("tasks_failed", failed))
        for worker, _count in (
            set(counted.order_by().annotate(Count("pk")))
            ^ set(people.filter(**{f"{field}__gt": 0}).values_list("pk", field))
        )
    }


# --- Applications ---------------------------------------------------------------------


def withdraw(application: TaskApplication, *, actor) -> None:
    """The effect of a withdrawal: it counts no more."""
    _count_applications(application.task, -1)


def require_creator(task: TaskRequest, user) -> TaskRequest:
    """The task, if `user` posted it, else 403."""
    if not is_creator(task, user):
        raise NotAllowed(_("Only who posted the task may see to its applications."))
    return task


def pending_counts(user) -> dict[str, int]:
    """Count what waits for `user`: the header of the client polls it."""
    created = TaskRequest.objects.filter(creator=user)
    applications = TaskApplication.objects
    pending = applications.pending().to_decide_on()
    pending = pending.filter(task__creator=user, task__status=OPEN)
    counts = {
        "pending_applications": pending.count(),
        "pending_confirmation": created.filter(status="pending_confirmation").count(),
        "accepted_applications": applications.owned_by(user)
        .filter(status=ACCEPTED)
        .count(),
    }
    total = counts["pending_applications"] + counts["pending_confirmation"]
    return counts | {"total": total}
