"""Predicates (object, user) of tasks and applications."""

from accounts.models import User
from core.workflow import is_staff
from tasks.models import TaskApplication, TaskRequest


def is_creator(task: TaskRequest, user: User | None) -> bool:
    """Return whether `user` posted the task."""
    return user is not None and task.creator_id == user.pk


def is_worker(task: TaskRequest, user: User | None) -> bool:
    """Return whether the task is assigned to `user`."""
    return user is not None and task.assigned_to_id == user.pk


def is_party(task: TaskRequest, user: User | None) -> bool:
    """Return whether `user` is the creator or the worker."""
    return is_creator(task, user) or is_worker(task, user)


def sees_exact_place(task: TaskRequest, user: User | None) -> bool:
    """Return whether `user` is the creator, or the worker of a task not cancelled."""
    is_cancelled = task.status == TaskRequest.Status.CANCELLED
    return is_creator(task, user) or (is_worker(task, user) and not is_cancelled)


def is_applicant(application: TaskApplication, user: User | None) -> bool:
    """Return whether the application is of `user`."""
    return user is not None and application.applicant_id == user.pk


def is_task_creator(application: TaskApplication, user: User | None) -> bool:
    """Return whether `user` posted the task of the application."""
    return user is not None and application.task.creator_id == user.pk


def is_impartial_staff(task: TaskRequest, user: User | None) -> bool:
    """Return whether `user` is staff and not a party of the task."""
    return is_staff(task, user) and not is_party(task, user)
