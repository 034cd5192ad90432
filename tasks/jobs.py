"""Periodic maintenance of tasks."""

from contextlib import suppress
from datetime import datetime
from itertools import pairwise

from django.conf import settings
from django.db.models import QuerySet

from core.exceptions import WrongStatus
from jobs.maintenance import maintenance, repair_rows
from notifications.services import notify_of_ending
from tasks import applications, notices, services
from tasks.disputes import services as disputes
from tasks.disputes.rules import ESCALATION_TIME
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute, TaskRequest
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


@maintenance("open missing disputes")
def open_missing_disputes(at: datetime, *, dry_run: bool) -> int:
    """Open disputes of tasks that an earlier release has disputed without one."""
    missing = TaskRequest.objects.undisputed()
    if dry_run:
        return missing.count()
    return sum(map(disputes.open_missing, missing.order_by("pk")))


# `after`: a dispute that is opened now has its time to be answered.
@maintenance("review unanswered disputes", after=("open missing disputes",))
def review_unanswered_disputes(at: datetime, *, dry_run: bool) -> int:
    """Let staff decide disputes whose other side has not answered in time."""
    due = Dispute.objects.unanswered(at=at)
    return due.count() if dry_run else sum(map(_reviewed, due.order_by("pk")))


def _reviewed(dispute: Dispute) -> bool:
    # Not by `run_due`, which locks the dispute before its task: an answer at the same
    # time locks them in the opposite order.
    with suppress(WrongStatus):
        DISPUTE_WORKFLOW.run("review", dispute, actor=None)
        return True
    return False


@maintenance("escalate disputes")
def escalate_disputes(at: datetime, *, dry_run: bool) -> int:
    """Notify staff, once, of disputes that are unresolved for long."""
    due = Dispute.objects.unresolved_since(at - ESCALATION_TIME)
    if dry_run:
        return due.count()
    return sum(disputes.escalate(dispute, at=at) for dispute in due.order_by("pk"))


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
