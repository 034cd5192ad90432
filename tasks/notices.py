"""Notifications of tasks and applications, written in the transaction of the event."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.utils.timezone import localdate

from accounts.models import User
from core import events
from core.workflow import Transition
from notifications.bulk import notify_all
from notifications.models import Notification
from notifications.services import notify
from tasks.models import TaskApplication, TaskRequest

UPDATED = "task.updated"
REMINDER_DAYS = (7, 2)  # before held money is released without an answer


def application_received(application: TaskApplication) -> None:
    """Notify the creator of the task."""
    applicant = application.applicant
    creator = application.task.creator
    _notify(creator, "application_received", application.task, applicant)


def task_cancelled(
    task: TaskRequest, people: Iterable[User], *, actor: User | None
) -> None:
    """Notify applicants of a task that is cancelled."""
    _notify_all(((person, "task_cancelled") for person in people), task, actor)


def terms_changed(task: TaskRequest, people: Iterable[User], *, actor: User) -> None:
    """Notify applicants that the task is not what they applied for."""
    _notify_all(((person, "task_terms_changed") for person in people), task, actor)


def task_reopened(task: TaskRequest, people: Iterable[User]) -> None:
    """Notify applicants whose application counts again: the worker gave the task up."""
    # No matter whom they block.
    _notify_all(((person, "task_reopened") for person in people), task, None)


def unpaid_reopened(task: TaskRequest, worker: User) -> None:
    """Notify the worker of a task that was taken back because nobody has paid it."""
    _notify(worker, "task_unpaid_worker", task, None)


def application_decided(
    application: TaskApplication, *, actor: User, row: Transition, **data: object
) -> None:
    """Notify the other side; the record of the workflow of applications."""
    task = application.task
    if row.name == "withdraw":
        _notify(task.creator, "application_withdrawn", task, actor)
    else:
        _notify(application.applicant, "application_rejected", task, actor)


def task_changed(
    task: TaskRequest,
    *,
    actor: User | None,
    row: Transition,
    reason: str = "",
    **data: object,
) -> None:
    """Notify the people of `NOTICES[row.name]`; publish the event to both parties.

    And those whom an acceptance has rejected, all together.
    """
    params = {"reason": reason} if reason else {}
    people = (
        (recipient(task), kind)
        for kind, recipients in NOTICES[row.name].items()
        for recipient in recipients
    )
    to_notify = [(person, kind) for person, kind in people if person is not None]
    if row.name == "accept":
        rejected = task.rejected_applicants
        to_notify += [(person, "application_rejected") for person in rejected]
    _notify_all(to_notify, task, actor, **params)
    ids = {id_ for id_ in (task.creator_id, task.assigned_to_id) if id_ is not None}
    if row.in_api and actor is not None:
        ids.add(actor.pk)  # a worker who gives the task back is no party any more
    payload = {"task_id": task.pk, "status": task.status}
    events.publish(tuple(sorted(ids)), UPDATED, payload)


def ends_soon(task: TaskRequest) -> bool:
    """Notify the creator of the day the task ends; False if this was done before."""
    on = localdate(task.ends_at)
    dedup_key = f"task-expiring:{task.pk}:{on:%Y-%m-%d}"
    row = _notify(
        task.creator,
        "task_expiring",
        task,
        None,
        dedup_key=dedup_key,
        on=on.isoformat(),
    )
    return row is not None


def confirms_soon(task: TaskRequest, *, days: int) -> None:
    """Remind the creator, once, `days` before the work is confirmed automatically."""
    done_at = cast(datetime, task.marked_done_at)  # of a task that waits for that
    on = localdate(done_at + timedelta(days=settings.AUTO_CONFIRM_DAYS))
    _notify(
        task.creator,
        "task_confirming_soon",
        task,
        None,
        dedup_key=_reminder_key(task, days),
        on=on.isoformat(),
    )


def was_reminded(task: TaskRequest, *, days: int) -> bool:
    """Return whether the creator was reminded `days` before."""
    return Notification.objects.filter(dedup_key=_reminder_key(task, days)).exists()


def _reminder_key(task: TaskRequest, days: int) -> str:
    return f"task-confirming:{task.pk}:{task.marked_done_at:%Y%m%d%H%M}:{days}"


def _notify(
    person: User,
    notification_type: str,
    task: TaskRequest,
    actor: User | None,
    *,
    dedup_key: str = "",
    **params: str,
) -> Notification | None:
    return notify(
        person,
        notification_type,
        subject=task,
        actor=actor,
        dedup_key=dedup_key,
        **(_texts(task, actor) | params),
    )


def _notify_all(
    events: Iterable[tuple[User, str]],
    task: TaskRequest,
    actor: User | None,
    **params: str,
) -> None:
    """Notify each person of the type beside them."""
    texts = _texts(task, actor) | params
    notify_all(
        [(person, kind, texts) for person, kind in events], subject=task, actor=actor
    )


def _texts(task: TaskRequest, actor: User | None) -> dict[str, Any]:
    return {
        "title": task.title,
        "days": settings.AUTO_CONFIRM_DAYS,
        "name": actor.display_name if actor else settings.SITE_NAME,
    }


def creator(task: TaskRequest) -> User:
    """Return the creator of a task, as a recipient."""
    return task.creator


def worker(task: TaskRequest) -> User | None:
    """Return the assigned worker of a task, if any, as a recipient."""
    return task.assigned_to


Recipients = tuple[Callable[[TaskRequest], User | None], ...]
NOTICES: dict[str, dict[str, Recipients]] = {  # transition: notification type
    "accept": {"application_accepted": (worker,)},
    "start": {"task_started": (creator,)},
    "mark-done": {"task_done": (creator,)},
    "reopen-unpaid": {"task_unpaid": (creator,)},  # the worker: `task_unpaid_worker`
    "give-back": {"task_given_back": (creator,)},
    "confirm": {"task_confirmed": (worker,)},
    "auto-confirm": {"task_auto_confirmed": (creator, worker)},
    "dispute": {"task_disputed": (worker,)},
    "dispute-by-creator": {},  # `dispute_filed`, with the date
    "dispute-by-worker": {},
    "agree-for-worker": {"dispute_agreed": (creator, worker)},
    "agree-for-creator": {"dispute_agreed": (creator, worker)},
    "agree-split": {"dispute_agreed": (creator, worker)},
    "settle-for-worker": {"dispute_won": (worker,), "dispute_lost": (creator,)},
    "settle-for-creator": {"dispute_won": (creator,), "dispute_lost": (worker,)},
    "settle-split": {"dispute_divided": (creator, worker)},
    "cancel": {"task_cancelled": (worker,)},
    "cancel-by-staff": {"task_cancelled_by_staff": (creator, worker)},
    "expire": {"task_expired": (creator,)},
}
