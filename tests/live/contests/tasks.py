"""Races for a task: for the work, and for its end."""

from collections import Counter
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from tasks.models import TaskApplication, TaskRequest
from tasks.tests.factories import ApplicationFactory
from tasks.workflow import TASK_WORKFLOW
from tests.live.contests import contest
from tests.live.contests.cast import crowd, new_task, people, post, token
from tests.live.stage import Call, Stage


def history(task: TaskRequest) -> list[tuple[str, str]]:
    return list(task.events.order_by("pk").values_list("old", "new"))


def check_history(stage: Stage, task: TaskRequest, first: str) -> None:
    """T11: each event begins where the one before ended, and the last is the state."""
    steps = history(task)
    reached = [first, *(new for _old, new in steps)]
    stage.same("where events began", [old for old, _new in steps], reached[:-1])
    stage.same("state by history", reached[-1], task.status)


# --- Applications ---------------------------------------------------------------------


@contest(rounds=20)
def accept_different_applications(stage: Stage) -> None:
    """T2: of fifty acceptances one wins; the other applications are rejected."""
    task = new_task()
    rows = TaskApplication.objects.bulk_create(
        TaskApplication(task=task, applicant=person) for person in crowd()
    )
    accept = partial(post, f"/api/tasks/{task.pk}/accept", task.creator)
    answers = stage.at_once([accept(application_id=row.pk) for row in rows])
    stage.statuses(answers, {200: 1, 409: 49})
    found = Counter(task.applications.values_list("status", flat=True))
    stage.same("applications", found, Counter(accepted=1, rejected=49))
    task.refresh_from_db()
    chosen = task.applications.filter(status="accepted").first()
    stage.same("worker", task.assigned_to_id, chosen and chosen.applicant_id)
    stage.same("history", history(task), [("open", "assigned")])


@contest(rounds=10)
def apply_twenty_times(stage: Stage) -> None:
    """T3: a person applies once, and is counted once."""
    task, worker = new_task(), crowd()[0]
    answers = stage.at_once([post(f"/api/tasks/{task.pk}/apply", worker)] * 20)
    stage.statuses(answers, {201: 1, 409: 19})
    task.refresh_from_db()
    stage.same("rows", task.applications.count(), 1)
    stage.same("applications_count", task.applications_count, 1)


@contest(rounds=5)
def apply_by_fifty(stage: Stage) -> None:
    """The count of applications is exact."""
    task = new_task()
    calls = [post(f"/api/tasks/{task.pk}/apply", person) for person in crowd()]
    stage.statuses(stage.at_once(calls), {201: 50})
    task.refresh_from_db()
    stage.same("applications_count", task.applications_count, 50)


@contest(rounds=20)
def apply_while_accepted(stage: Stage) -> None:
    """No application is left waiting for a task that is taken."""
    first = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = first.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    calls = [post(f"/api/tasks/{task.pk}/apply", p) for p in crowd()[1:20]]
    accept = post(f"/api/tasks/{task.pk}/accept", task.creator, application_id=first.pk)
    calls.insert(8, accept)
    answers = stage.at_once(calls)
    applied = sum(answer.status == 201 for answer in answers)
    stage.statuses(answers, {200: 1, 201: applied, 409: 19 - applied})
    task.refresh_from_db()
    stage.same("waiting", task.applications.filter(status="pending").count(), 0)
    stage.same("applications_count", task.applications_count, applied + 1)


@contest(rounds=20)
def accept_or_withdraw(stage: Stage) -> None:
    """One application is accepted or withdrawn; the other call is refused."""
    application = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = application.task
    TaskRequest.objects.filter(pk=task.pk).update(applications_count=1)
    path = f"/api/tasks/{task.pk}/applications/{application.pk}"
    accept = Call("POST", f"{path}/accept", token(task.creator))
    withdraw = Call("DELETE", path, token(application.applicant))
    answers = stage.at_once([accept, withdraw] * 4)
    stage.same("winners", sum(answer.is_success for answer in answers), 1)
    application.refresh_from_db()
    task.refresh_from_db()
    outcome = (application.status, task.status, task.applications_count)
    accepted = any(answer.is_success for answer in answers[::2])
    wanted = ("accepted", "assigned", 1) if accepted else ("withdrawn", "open", 0)
    stage.same("outcome", outcome, wanted)


@contest(rounds=20)
def accept_or_edit(stage: Stage) -> None:
    """An edit comes before the acceptance or is refused; it undoes nothing."""
    application = ApplicationFactory(task=new_task(), applicant=crowd()[0])
    task = application.task
    path = f"/api/tasks/{task.pk}"
    edit = Call("PATCH", path, token(task.creator), {"title": "Sweep the yard"})
    accept = post(f"{path}/accept", task.creator, application_id=application.pk)
    answers = stage.at_once([edit, accept, edit])
    stage.same("acceptance", answers[1].status, 200)
    edited = any(answer.is_success for answer in answers[::2])
    title = "Sweep the yard" if edited else task.title
    task.refresh_from_db()
    outcome = (task.status, task.assigned_to_id, task.title)
    stage.same("outcome", outcome, ("assigned", application.applicant_id, title))


# --- The end of a task ----------------------------------------------------------------


@contest(rounds=5)
def confirm_by_fifty(stage: Stage) -> None:
    """T5: a task is confirmed once, and counted once for its worker."""
    worker = people(1)[0]
    task = new_task(done=True, assigned_to=worker)
    answers = stage.at_once([post(f"/api/tasks/{task.pk}/confirm", task.creator)] * 50)
    stage.statuses(answers, {200: 1, 409: 49})
    worker.refresh_from_db()
    stage.same("tasks_completed", worker.tasks_completed, 1)
    stage.same("history", history(task), [("pending_confirmation", "completed")])


@contest(rounds=30)
def confirm_dispute_or_cancel(stage: Stage) -> None:
    """T6: one terminal outcome, and the history tells how it came."""
    worker = people(1)[0]
    task = new_task(done=True, assigned_to=worker)
    verbs = ("confirm", "dispute", "cancel")
    calls = [post(f"/api/tasks/{task.pk}/{verb}", task.creator) for verb in verbs]
    answers = stage.at_once(calls * 3)
    task.refresh_from_db()
    worker.refresh_from_db()
    events = list(task.events.order_by("pk").values_list("name", flat=True))
    won = [verb for verb, a in zip(verbs * 3, answers, strict=True) if a.is_success]
    stage.same("events", sorted(events), sorted(won))
    ends = [name for name in events if name != "dispute"]
    wanted = {"confirm": "completed", "cancel": "cancelled"}
    stage.same("ends", [wanted[name] for name in ends], [task.status])
    stage.same("tasks_completed", worker.tasks_completed, ends.count("confirm"))
    check_history(stage, task, "pending_confirmation")


@contest(rounds=10)
def confirm_each_others_tasks(stage: Stage) -> None:
    """Two people who work for each other confirm at once: nobody waits for ever."""
    one, other = people(2)
    tasks = [new_task(done=True, creator=one, assigned_to=other) for _ in range(8)]
    tasks += [new_task(done=True, creator=other, assigned_to=one) for _ in range(8)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    stage.statuses(stage.at_once(calls), {200: 16})
    for person in (one, other):
        person.refresh_from_db()
        stage.same("tasks_completed", person.tasks_completed, 8)


@contest(rounds=3)
def confirm_beside_two_clocks(stage: Stage) -> None:
    """T7: the clock runs twice while creators confirm: each task ends once."""
    long_ago = timezone.now() - timedelta(days=settings.AUTO_CONFIRM_DAYS + 1)
    worker = people(1)[0]
    late = partial(new_task, done=True, assigned_to=worker, marked_done_at=long_ago)
    tasks = [late() for _ in range(20)]
    calls = [post(f"/api/tasks/{task.pk}/confirm", task.creator) for task in tasks]
    answers = stage.at_once(calls, beside=[confirm_late_tasks] * 2)
    won = sum(answer.is_success for answer in answers)
    stage.statuses(answers, {200: won, 409: 20 - won})
    for task in tasks:
        stage.same("history", history(task), [("pending_confirmation", "completed")])
    worker.refresh_from_db()
    stage.same("tasks_completed", worker.tasks_completed, 20)


def confirm_late_tasks() -> None:
    late = TaskRequest.objects.unconfirmed(at=timezone.now())
    TASK_WORKFLOW.run_due("auto-confirm", late)
