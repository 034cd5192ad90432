"""Periodic maintenance of tasks."""

from datetime import datetime
from itertools import pairwise

from django.conf import settings
from django.db.models import QuerySet

from jobs.maintenance import maintenance, repair_rows
from notifications.services import notify_of_ending
from tasks import applications, notices, services
from tasks.models import TaskRequest
from tasks.workflow import TASK_WORKFLOW


# `after`: people are warned before anything expires, not in the same run.
@maintenance("notify of ending tasks")
def notify_of_ending_tasks(at: datetime, *, dry_run: bool) -> int:
    """Warn creators of open tasks that expire soon."""
    ending = TaskRequest.objects.ending(at=at).select_related("creator")
    return notify_of_ending(
        ending, "task_expiring", notices.ends_soon, at=at, dry_run=dry_run
    )


@maintenance("expire tasks", after=("notify of ending tasks",))
def expire_tasks(at: datetime, *, dry_run: bool) -> int:
    """Cancel open tasks that have expired."""
    due = TaskRequest.objects.due(at=at)
    return due.count() if dry_run else TASK_WORKFLOW.run_due("expire", due)


@maintenance("remind of automatic confirmations")
def remind_of_confirmations(at: datetime, *, dry_run: bool) -> int:
    """Remind creators 7 and 2 days before held money is released without an answer."""
    due = [
        (task, days)
        for days, after_days in pairwise((*notices.REMINDER_DAYS, 0))
        if days < settings.AUTO_CONFIRM_DAYS
        for task in _confirmed_within(days, after_days=after_days, at=at)
        if not notices.was_reminded(task, days=days)
    ]
    if not dry_run:
        for task, days in due:
            notices.confirms_soon(task, days=days)
    return len(due)


def _confirmed_within(
    days: int, *, after_days: int, at: datetime
) -> QuerySet[TaskRequest]:
    rows = TaskRequest.objects.confirmed_within(days, after_days=after_days, at=at)
    return rows.select_related("creator").order_by("pk")


# `after`: the creator is reminded before the money goes, not in the same run.
@maintenance("confirm tasks", after=("remind of automatic confirmations",))
def confirm_tasks(at: datetime, *, dry_run: bool) -> int:
    """Confirm tasks that wait for confirmation for too long."""
    due = TaskRequest.objects.unconfirmed(at=at)
    return due.count() if dry_run else TASK_WORKFLOW.run_due("auto-confirm", due)


@maintenance("reopen unpaid tasks")
def reopen_unpaid_tasks(at: datetime, *, dry_run: bool) -> int:
    """Open tasks again that had to be paid and were not."""
    due = TaskRequest.objects.unpaid(at=at)
    return due.count() if dry_run else TASK_WORKFLOW.run_due("reopen-unpaid", due)


@maintenance("repair task counts")
def repair_task_counts(at: datetime, *, dry_run: bool) -> int:
    """Repair workers' counts of completed and failed tasks."""
    wrong = services.miscounted_workers()
    return repair_rows(wrong, services.count_tasks, dry_run=dry_run)


@maintenance("repair application counts")
def repair_application_counts(at: datetime, *, dry_run: bool) -> int:
    """Repair tasks' counts of applications."""
    wrong = applications.miscounted_tasks()
    return repair_rows(wrong, applications.recount, dry_run=dry_run)
