"""Periodic maintenance of tasks."""

from datetime import datetime

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


@maintenance("confirm tasks")
def confirm_tasks(at: datetime, *, dry_run: bool) -> int:
    """Confirm tasks that wait for confirmation for too long."""
    due = TaskRequest.objects.unconfirmed(at=at)
    return due.count() if dry_run else TASK_WORKFLOW.run_due("auto-confirm", due)


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
