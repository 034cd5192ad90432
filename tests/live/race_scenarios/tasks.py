"""Races for a task: its applications and its end."""

from collections import Counter
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from accounts import moderation
from accounts.models import User
from tasks.models import TaskApplication, TaskRequest
from tasks.tests.factories import ApplicationFactory
from tasks.workflow import TASK_WORKFLOW
from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import fifty_people, new_task, people, post, token


def history(task: TaskRequest) -> list[tuple[str, str]]:
    return list(task.events.order_by("pk").values_list("old", "new"))


def check_history(harness: Harness, task: TaskRequest, first: str) -> None:
    """T11: each event starts at the status where the previous one ended."""
    steps = history(task)
    reached = [first, *(new for _old, new in steps)]
    harness.check_equal("source statuses", [old for old, _new in steps], reached[:-1])
    harness.check_equal("status by history", reached[-1], task.status)


# --- Applications ---------------------------------------------------------------------


@race_scenario(rounds=20)
def accept_different_applications(harness: Harness) -> None:
    """T2: of 50 acceptances one succeeds; the other applications are rejected."""
    task = new_task()
    rows = TaskApplication.objects.bulk_create(
        TaskApplication(task=task, applicant=person) for person in fifty_people()
    )
    accept = partial(post, f"/api/tasks/{task.pk}/accept", task.creator)
    answers = harness.send_together([accept(application_id=row.pk) for row in rows])
    harness.check_statuses(answers, {200: 1, 409: 49})
    found = Counter(task.applications.values_list("status", flat=True))
    harness.check_equal("applications", found, Counter(accepted=1, rejected=49))
    task.refresh_from_db()
    chosen = task.applications.filter(status="accepted").first()
    harness.check_equal("worker", task.assigned_to_id, chosen and chosen.applicant_id)
    harness.check_equal("history", history(task), [("open", "assigned")])


@race_scenario(rounds=10)
def apply_twenty_times(harness: Harness) -> None:
    """T3: a person applies at most once and is counted once."""
    task, worker = new_task(), fifty_people()[0]
    answers = harness.send_together([post(f"/api/tasks/{task.pk}/apply", worker)] * 20)
    harness.check_statuses(answers, {201: 1, 409: 19})
    task.refresh_from_db()
    harness.check_equal("rows", task.applications.count(), 1)
    harness.check_equal("applications_count", task.applications_count, 1)


@race_scenario(rounds=5)
def apply_by_fifty(harness: Harness) -> None:
    """The count of applications is exact."""
    task = new_task()
    calls = [post(f"/api/tasks/{task.pk}/apply", person) for person in fifty_people()]
    harness.check_statuses(harness.send_together(calls), {201: 50})
    task.refresh_from_db()
    harness.check_equal("applications_count", task.applications_count, 50)


@race_scenario(rounds=20)
def apply_while_accepted(harness: Harness) -> None:
    """No application stays pending for a task that is assigned."""
    first = ApplicationFactory(task=new_task(), applicant=fifty_people()[0])
    task = first.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    calls = [post(f"/api/tasks/{task.pk}/apply", p) for p in fifty_people()[1:20]]
    accept = post(f"/api/tasks/{task.pk}/accept", task.creator, application_id=first.pk)
    calls.insert(8, accept)
    answers = harness.send_together(calls)
    applied = sum(answer.status == 201 for answer in answers)
    harness.check_statuses(answers, {200: 1, 201: applied, 409: 19 - applied})
    task.refresh_from_db()
    harness.check_equal(
        "pending applications", task.applications.filter(status="pending").count(), 0
    )
    harness.check_equal("applications_count", task.applications_count, applied + 1)


@race_scenario(rounds=20)
def accept_or_withdraw(harness: Harness) -> None:
    """One application is accepted or withdrawn; the other call is refused."""
    application = ApplicationFactory(task=new_task(), applicant=fifty_people()[0])
    task = application.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    path = f"/api/tasks/{task.pk}/applications/{application.pk}"
    accept = Call("POST", f"{path}/accept", token(task.creator))
    withdraw = Call("DELETE", path, token(application.applicant))
    answers = harness.send_together([accept, withdraw] * 4)
    harness.check_equal("winners", sum(answer.is_success for answer in answers), 1)
    application.refresh_from_db()
    task.refresh_from_db()
    outcome = (application.status, task.status, task.applications_count)
    accepted = any(answer.is_success for answer in answers[::2])
    wanted = ("accepted", "assigned", 1) if accepted else ("withdrawn", "open", 0)
    harness.check_equal("outcome", outcome, wanted)


@race_scenario(rounds=20)
def accept_or_edit(harness: Harness) -> None:
    """An edit is stored before the acceptance or refused; it does not undo it."""
    application = ApplicationFactory(task=new_task(), applicant=fifty_people()[0])
    task = application.task
    path = f"/api/tasks/{task.pk}"
    edit = Call("PATCH", path, token(task.creator), {"title": "Sweep the yard"})
    accept = post(f"{path}/accept", task.creator, application_id=application.pk)
    answers = harness.send_together([edit, accept, edit])
    harness.check_equal("acceptance", answers[1].status, 200)
    edited = any(answer.is_success for answer in answers[::2])
    title = "Sweep the yard" if edited else task.title
    task.refresh_from_db()
    outcome = (task.status, task.assigned_to_id, task.title)
    harness.check_equal(
        "outcome", outcome, ("assigned", application.applicant_id, title)
    )


@race_scenario(rounds=10)
def accept_or_suspend(harness: Harness) -> None:
    """R7: nobody is accepted after the beginning of the suspension."""
    staff = User.objects.create_superuser(people(1)[0].username + "_s", None, "")
    applications = [
        ApplicationFactory(task=new_task(), applicant=worker) for worker in people(8)
    ]

    def suspend_all() -> None:
        for application in applications:
            moderation.suspend(application.applicant, actor=staff, reason="Spam.")

    calls = [
        post(
            f"/api/tasks/{row.task_id}/accept", row.task.creator, application_id=row.pk
        )
        for row in applications
    ]
    answers = harness.send_together(calls, beside=[suspend_all])
    won = sum(answer.is_success for answer in answers)
    harness.check_statuses(answers, {200: won, 409: len(calls) - won})
    for row in applications:
        row.refresh_from_db()
        row.applicant.refresh_from_db()
        for event in row.task.events.filter(name="accept"):
            is_before = event.created_at <= row.applicant.suspended_at
            harness.check_equal("accepted before", is_before, True)


# --- The end of a task ----------------------------------------------------------------


@race_scenario(rounds=5)
def confirm_by_fifty(harness: Harness) -> None:
    """T5: a task is confirmed once and counted once for its worker."""
    worker = people(1)[0]
    task = new_task(done=True, assigned_to=worker)
    answers = harness.send_together(
        [post(f"/api/tasks/{task.pk}/confirm", task.creator)] * 50
    )
    harness.check_statuses(answers, {200: 1, 409: 49})
    worker.refresh_from_db()
    harness.check_equal("tasks_completed", worker.tasks_completed, 1)
    harness.check_equal(
        "history", history(task), [("pending_confirmation", "completed")]
    )


@race_scenario(rounds=30)
def confirm_dispute_or_cancel(harness: Harness) -> None:
    """T6: one of them ends the task that a worker marks as done; the others lose."""
    worker = people(1)[0]
    task = new_task(assigned=True, assigned_to=worker)
    verbs = ("confirm", "dispute", "cancel")
    calls = [post(f"/api/tasks/{task.pk}/{verb}", task.creator) for verb in verbs]
    done = post(f"/api/tasks/{task.pk}/mark-done", worker)
    answers = harness.send_together([done, *calls * 3])
    task.refresh_from_db()
    worker.refresh_from_db()
    events = list(task.events.order_by("pk").values_list("name", flat=True))
    sent = ("mark-done", *verbs * 3)
    won = [verb for verb, a in zip(sent, answers, strict=True) if a.is_success]
    harness.check_equal("events", sorted(events), sorted(won))
    ends = [name for name in events if name != "mark-done"]
    harness.check_equal("at most one end", len(ends) <= 1, True)
    harness.check_equal("cancelled or done", "cancel" in ends, "mark-done" not in won)
    harness.check_equal(
        "tasks_completed", worker.tasks_completed, ends.count("confirm")
    )
    check_history(harness, task, "assigned")


@race_scenario(rounds=20)
def give_back_while_cancelled(harness: Harness) -> None:
    """R1: the worker gives the task back or the creator cancels; nothing is between."""
    application = ApplicationFactory(task=new_task(), applicant=fifty_people()[0])
    task, worker = application.task, application.applicant
    TASK_WORKFLOW.run("accept", task, actor=task.creator, application_id=application.pk)
    path = f"/api/tasks/{task.pk}"
    calls = [post(f"{path}/give-back", worker), post(f"{path}/cancel", task.creator)]
    answers = harness.send_together(calls * 4)
    task.refresh_from_db()
    application.refresh_from_db()
    gave_back = any(answer.is_success for answer in answers[::2])
    wanted = ("withdrawn", None) if gave_back else ("accepted", worker.pk)
    outcome = (application.status, task.assigned_to_id)
    harness.check_equal("outcome", outcome, wanted)
    harness.check_equal("status", task.status, "cancelled")
    names = list(task.events.order_by("pk").values_list("name", flat=True))
    wanted_names = ["accept", "give-back", "cancel"] if gave_back else None
    harness.check_equal("history", names, wanted_names or ["accept", "cancel"])


@race_scenario(rounds=10)
def confirm_each_others_tasks(harness: Harness) -> None:
    """Two people who work for each other confirm at once: no deadlock."""
    one, other = people(2)
    tasks = [new_task(done=True, creator=one, assigned_to=other) for _ in range(8)]
    tasks += [new_task(done=True, creator=other, assigned_to=one) for _ in range(8)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    harness.check_statuses(harness.send_together(calls), {200: 16})
    for person in (one, other):
        person.refresh_from_db()
        harness.check_equal("tasks_completed", person.tasks_completed, 8)


@race_scenario(rounds=3)
def confirm_beside_two_clocks(harness: Harness) -> None:
    """T7: two periodic jobs run while creators confirm: each task ends once."""
    long_ago = timezone.now() - timedelta(days=settings.AUTO_CONFIRM_DAYS + 1)
    worker = people(1)[0]
    late = partial(new_task, done=True, assigned_to=worker, marked_done_at=long_ago)
    tasks = [late() for _ in range(20)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    answers = harness.send_together(calls, beside=[confirm_late_tasks] * 2)
    won = sum(answer.is_success for answer in answers)
    harness.check_statuses(answers, {200: won, 409: 20 - won})
    for task in tasks:
        harness.check_equal(
            "history", history(task), [("pending_confirmation", "completed")]
        )
    worker.refresh_from_db()
    harness.check_equal("tasks_completed", worker.tasks_completed, 20)


def confirm_late_tasks() -> None:
    late = TaskRequest.objects.unconfirmed(at=timezone.now())
    TASK_WORKFLOW.run_due("auto-confirm", late)
