"""Predicates (object, user) of tasks and applications."""

from core.workflow import is_staff


def is_creator(task, user) -> bool:
    """Whether `user` posted the task."""
    return user is not None and task.creator_id == user.pk


def is_worker(task, user) -> bool:
    """Whether the task is assigned to `user`."""
    return user is not None and task.assigned_to_id == user.pk


def is_party(task, user) -> bool:
    """Whether `user` is the creator or the worker: both see the exact place."""
    return is_creator(task, user) or is_worker(task, user)


def is_applicant(application, user) -> bool:
    """Whether the application is of `user`."""
    return user is not None and application.applicant_id == user.pk


def is_task_creator(application, user) -> bool:
    """Whether `user` posted the task of the application."""
    return user is not None and application.task.creator_id == user.pk


def is_impartial_staff(task, user) -> bool:
    """Whether `user` is staff and not a party of the task."""
    return is_staff(task, user) and not is_party(task, user)
