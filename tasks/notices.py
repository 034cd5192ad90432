"""Who hears what of tasks and applications. Called in the transaction of the event."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils.timezone import localdate

from accounts.models import User
from core import events
from notifications.services import notify
from tasks.models import TaskApplication, TaskRequest

UPDATED = "task.updated"


def applied(application: TaskApplication) -> None:
    """Somebody has applied: the creator hears of it."""
    applicant = application.applicant
    _tell(application.task.creator, "application_received", application.task, applicant)


def not_chosen(task: TaskRequest, people: Iterable[User], *, actor) -> None:
    """Somebody else was."""
    for person in people:
        _tell(person, "application_rejected", task, actor)


def called_off(task: TaskRequest, people: Iterable[User], *, actor) -> None:
    """What they have applied for is over."""
    for person in people:
        _tell(person, "task_cancelled", task, actor)


def application_decided(application: TaskApplication, *, actor, row, **params) -> None:
    """A row of the table of applications has run."""
    task = application.task
    if row.name == "withdraw":
        _tell(task.creator, "application_withdrawn", task, actor)
    else:
        not_chosen(task, [application.applicant], actor=actor)


def task_changed(task: TaskRequest, *, actor, row, reason: str = "", **params) -> None:
    """A row of the table of tasks has run: what is said of it, and to whom."""
    more = {"reason": reason} if reason else {}
    for kind, people in NOTICES[row.name].items():
        for whom in people:
            if person := whom(task):
                _tell(person, kind, task, actor, **more)
    ids = {task.creator_id, task.assigned_to_id} - {None}
    payload = {"task_id": task.pk, "status": task.status}
    events.publish(tuple(sorted(ids)), UPDATED, payload)


def ends_soon(task: TaskRequest) -> bool:
    """Tell the creator, once for each end, when the task ends."""
    on = localdate(task.ends_at)
    dedup_key = f"task-expiring:{task.pk}:{on:%Y-%m-%d}"
    row = _tell(
        task.creator,
        "task_expiring",
        task,
        None,
        dedup_key=dedup_key,
        on=on.isoformat(),
    )
    return row is not None


def _tell(
    person: User, kind: str, task: TaskRequest, actor, *, dedup_key: str = "", **more
):
    params = {"title": task.title, "days": settings.AUTO_CONFIRM_DAYS}
    params["name"] = actor.display_name if actor else settings.SITE_NAME
    return notify(
        person, kind, subject=task, actor=actor, dedup_key=dedup_key, **params | more
    )


def creator(task: TaskRequest) -> User:
    return task.creator


def worker(task: TaskRequest) -> User | None:
    return task.assigned_to


Notices = dict[str, tuple[Callable[[TaskRequest], User | None], ...]]
NOTICES: dict[str, Notices] = {  # transition: kind: who hears it
    "accept": {"application_accepted": (worker,)},
    "start": {"task_started": (creator,)},
    "mark-done": {"task_done": (creator,)},
    "confirm": {"task_confirmed": (worker,)},
    "auto-confirm": {"task_auto_confirmed": (creator, worker)},
    "dispute": {"task_disputed": (worker,)},
    "settle-for-worker": {"dispute_won": (worker,), "dispute_lost": (creator,)},
    "settle-for-creator": {"dispute_won": (creator,), "dispute_lost": (worker,)},
    "cancel": {"task_cancelled": (worker,)},
    "cancel-by-staff": {"task_cancelled_by_staff": (creator, worker)},
    "expire": {"task_expired": (creator,)},
}
