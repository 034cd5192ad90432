"""Races for held money: ten paid tasks at once, each with everybody who may end it."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.exceptions import DomainError
from payments import carrying, inbox, ledger, outbox
from payments.models import Payment, ProviderCall, SandboxObject
from payments.providers import sandbox
from payments.tests.factories import payable_account
from tasks import payments
from tasks.models import TaskRequest
from tasks.workflow import TASK_WORKFLOW
from tests.live.harness import Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import new_task, people, post
from tests.live.race_scenarios.tasks import check_history, confirm_late_tasks

TASKS, CONFIRMS = 10, 8  # and a dispute and a cancellation of each task: 100 requests
LONG_AGO = timedelta(days=settings.AUTO_CONFIRM_DAYS + 1)
# How a task ends, and where its money is then.
ENDS = {"completed": "released", "cancelled": "refunded", "disputed": "frozen"}


@race_scenario(rounds=50)
def end_ten_paid_tasks(harness: Harness) -> None:
    """E11: of all who end a task one does, and the money goes one way, once."""
    staff = User.objects.create(username=f"{people(1)[0].username}s", is_staff=True)
    tasks = [_done_task() for _ in range(TASKS)]
    calls = [
        post(f"/api/tasks/{task.pk}/{name}", task.creator)
        for task in tasks
        for name in (*["confirm"] * CONFIRMS, "dispute", "cancel")
    ]
    cancel = partial(_cancel_some, tasks, staff)
    harness.send_together(calls, beside=[cancel, confirm_late_tasks])
    _carry_all()
    for task in tasks:
        _check(harness, task)


def _done_task() -> TaskRequest:
    worker = people(1)[0]
    payable_account(worker)
    task = new_task(assigned=True, assigned_to=worker, agreed_price=50)
    payment = payments.start(task, actor=task.creator)
    _carry_all()
    payment.refresh_from_db()
    sandbox.pay(payment.intent_id)
    _carry_all()
    TASK_WORKFLOW.run("mark-done", task, actor=worker)
    TaskRequest.objects.filter(pk=task.pk).update(
        marked_done_at=timezone.now() - LONG_AGO
    )
    return task


def _cancel_some(tasks: list[TaskRequest], staff: User) -> None:
    for task in tasks[::3]:
        with suppress(DomainError):  # somebody else was first
            TASK_WORKFLOW.run("cancel-by-staff", task, actor=staff, reason="No.")


def _carry_all() -> None:
    """Do what workers do, until nothing waits."""
    while _carry_some():
        pass


def _carry_some() -> bool:
    now = timezone.now()
    calls, events = outbox.due_calls(now), inbox.waiting(before=now)
    for call_id in calls:
        carrying.carry(call_id)
    for event_id in events:
        inbox.process(event_id)
    return bool(calls or events)


def _check(harness: Harness, task: TaskRequest) -> None:
    task.refresh_from_db()
    check_history(harness, task, "assigned")
    payment = Payment.objects.get(subject_id=task.pk)
    ends = task.events.filter(old="pending_confirmation").count()
    harness.check_equal(f"ends of task {task.pk}", ends, 1)
    harness.check_equal(f"{task.status}", payment.status, ENDS.get(task.status))
    moved = SandboxObject.objects.filter(
        reference=payment.reference, kind__in=("transfer", "refund")
    )
    is_frozen = payment.status == "frozen"
    harness.check_equal("transfers and refunds", moved.count(), 0 if is_frozen else 1)
    held = payment.price_cents if is_frozen else 0
    harness.check_equal("held", ledger.held_cents(payment), held)
    waiting = ProviderCall.objects.filter(payment=payment, state__in=outbox.OPEN)
    harness.check_equal("waiting calls", waiting.count(), 0)
