"""Who may do what with a task."""

from core.workflow import is_staff


def is_creator(task, user) -> bool:
    return user is not None and task.creator_id == user.pk


def is_worker(task, user) -> bool:
    return user is not None and task.assigned_to_id == user.pk


def is_party(task, user) -> bool:
    """Sees the exact place: the creator, and the worker once accepted."""
    return is_creator(task, user) or is_worker(task, user)


def is_applicant(application, user) -> bool:
    return user is not None and application.applicant_id == user.pk


def is_asked(application, user) -> bool:
    return user is not None and application.task.creator_id == user.pk


def is_impartial_staff(task, user) -> bool:
    """Staff, but not in a dispute of their own."""
    return is_staff(task, user) and not is_party(task, user)
