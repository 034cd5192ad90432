"""Notifications of the demo accounts about their first tasks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings

from accounts.models import User
from notifications.models import Notification
from seed.market import Market
from seed.plan import DEMO, FIRST_TASKS, HELPER
from seed.tables import new_row
from tasks.models import TaskRequest

UNREAD_AGE = timedelta(days=4)  # older notifications are read


def notifications_for(market: Market) -> Iterator[Notification]:
    """Return the rows. Call it after the tasks are inserted."""
    ids = count(market.first_ids[Notification])
    oldest = market.calendar.today - timedelta(days=settings.NOTIFICATION_DAYS)
    recipients = {market.person_id(number) for number in (DEMO, HELPER)}
    for row in _rows(market):
        if row.recipient_id in recipients and row.created_at > oldest:
            row.pk = next(ids)
            if row.created_at < market.calendar.today - UNREAD_AGE:
                row.read_at = row.created_at + timedelta(hours=1)
            yield row


def _rows(market: Market) -> Iterator[Notification]:
    first = [market.task_id(number) for number in range(len(FIRST_TASKS))]
    tasks = TaskRequest.objects.filter(pk__in=first).order_by("pk")
    for task in tasks.select_related("creator", "assigned_to"):
        applications = task.applications.not_withdrawn().select_related("applicant")
        for application in applications.order_by("pk"):
            yield _about(
                task,
                task.creator_id,
                "application_received",
                application.applicant,
                application.created_at,
            )
        if task.assigned_to:
            kind = "application_accepted"
            at = task.events.get(name="accept").created_at
            yield _about(task, task.assigned_to_id, kind, task.creator, at)
        if task.marked_done_at:
            at = task.marked_done_at
            yield _about(task, task.creator_id, "task_done", task.assigned_to, at)
        if task.completed_at:
            at = task.completed_at
            yield _about(task, task.assigned_to_id, "task_confirmed", task.creator, at)


def _about(
    task: TaskRequest, recipient_id: int, kind: str, actor: User, at: datetime
) -> Notification:
    return new_row(
        Notification,
        recipient_id=recipient_id,
        actor_id=actor.pk,
        kind=kind,
        subject_type="task",
        subject_id=task.pk,
        params={
            "title": task.title,
            "name": actor.display_name,
            "days": settings.AUTO_CONFIRM_DAYS,
        },
        created_at=at,
    )
