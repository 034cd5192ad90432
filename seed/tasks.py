"""Tasks with the applications for them and their history."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from seed import sentences
from seed.items import add_pictures
from seed.market import Market
from seed.places import somewhere
from seed.plan import DEMO, DEMO_APPLIED, FIRST_TASKS, HAPPY_ENDS, HELPER, NOBODY, STAFF
from seed.tables import fresh
from seed.words.jobs import ABOUT_JOBS, APPLYING, DISPUTES, JOBS
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from tasks.workflow import TASK_WORKFLOW

JOB_SLUGS = tuple(JOBS)
BY_WORKER = frozenset({"start", "mark-done"})
BY_STAFF = frozenset({"settle-for-worker", "settle-for-creator"})
BY_CLOCK = frozenset({"auto-confirm", "expire"})
SETTLED_BECAUSE = "Both sides were heard; the pictures decide."
PENDING, ACCEPTED, REJECTED, WITHDRAWN = TaskApplication.Status.values


@dataclass
class Batch:
    """Rows of three tables that go in together."""

    tasks: list[TaskRequest] = field(default_factory=list)
    applications: list[TaskApplication] = field(default_factory=list)
    events: list[TaskEvent] = field(default_factory=list)


def batches(market: Market, count: int) -> Iterator[Batch]:
    """All tasks, `count` at a time."""
    maker = _Maker(market)
    total = market.plan.size.tasks
    for start in range(0, total, count):
        batch = Batch()
        for number in range(start, min(start + count, total)):
            maker.add(number, batch)
        yield batch


class _Maker:
    def __init__(self, market: Market):
        self._market, self._plan = market, market.plan
        self._chance = market.chance("tasks")
        self._next_application = market.first_ids[TaskApplication]
        self._next_event = market.first_ids[TaskEvent]

    def add(self, number: int, batch: Batch) -> None:
        names = self._plan.story(number)
        times = _times(names, self._market.calendar, self._chance)
        task = self._task(number, times[0])
        batch.tasks.append(task)
        for name, at in zip(names, times[1:], strict=True):
            batch.events.append(self._happen(task, name, at))
        batch.applications += self._applications(task, number, names, times)
        if task.completed_at:
            self._market.completed_at[number] = task.completed_at

    def _task(self, number: int, at: datetime) -> TaskRequest:
        chance, market = self._chance, self._market
        category = chance.choice(JOB_SLUGS)
        lowest, highest, *titles = chance.choice(JOBS[category])
        tongue = sentences.language(chance)
        urgent = chance.random() < 0.15
        task = fresh(
            TaskRequest,
            id=market.task_id(number),
            creator_id=market.person_id(self._plan.creators[number]),
            title=titles[tongue],
            description=sentences.said(chance, tongue, ABOUT_JOBS, ABOUT_JOBS),
            category=category,
            budget=sentences.price(chance, lowest, highest),
            is_urgent=urgent,
            priority="high" if urgent else "normal",
            radius=chance.choice((5, 10, 25, 50)),
            created_at=at,
            updated_at=at,
            **somewhere(chance),
        )
        self._set_deadline(task, number)
        add_pictures(task, task.creator_id, market, chance, share=0.35, most=1)
        if number >= len(FIRST_TASKS):
            market.maybe_hide(task, chance)
        return task

    def _set_deadline(self, task: TaskRequest, number: int) -> None:
        chance = self._chance
        if self._plan.story(number):
            days = chance.randint(10, 40)
            task.deadline = task.created_at + timedelta(days=days)
        elif task.is_urgent or chance.random() < 0.6:
            calendar = self._market.calendar
            task.deadline = calendar.deadline(chance, urgent=task.is_urgent)

    def _happen(self, task: TaskRequest, name: str, at: datetime) -> TaskEvent:
        """Move a task on by one transition of its table; the row of its history."""
        old, task.status = task.status, TASK_WORKFLOW[name].target
        task.updated_at = at
        reason = ""
        if name == "accept":
            number = task.pk - self._market.task_id(0)
            task.assigned_to_id = self._market.person_id(self._plan.workers[number])
        elif name == "mark-done":
            task.marked_done_at = at
        elif name == "dispute":
            tongue = sentences.language(self._chance)
            task.dispute_reason = reason = self._chance.choice(DISPUTES)[tongue]
        elif name == "expire":
            task.deadline = at - timedelta(hours=1)
        if name in HAPPY_ENDS:
            task.completed_at = at
        if name in BY_STAFF:
            reason = SETTLED_BECAUSE
            self._market.act(
                task, action=name, reason=reason, before=old, after=task.status, at=at
            )
        event = fresh(
            TaskEvent,
            id=self._next_event,
            task_id=task.pk,
            actor_id=self._actor_id(task, name),
            name=name,
            old=old,
            new=task.status,
            reason=reason,
            created_at=at,
        )
        self._next_event += 1
        return event

    def _actor_id(self, task: TaskRequest, name: str) -> int | None:
        if name in BY_CLOCK:
            return None
        if name in BY_STAFF:
            return self._market.person_id(STAFF)
        return task.assigned_to_id if name in BY_WORKER else task.creator_id

    def _applications(
        self, task: TaskRequest, number: int, names: tuple, times: list[datetime]
    ) -> Iterator[TaskApplication]:
        """By several people, no one twice; the worker's is the accepted one."""
        chance = self._chance
        decided = times[1] if names else None
        latest = decided or self._market.calendar.today
        for applicant in self._applicants(number):
            status = self._answer(applicant, number, is_open=not names)
            wait = (latest - task.created_at) * chance.uniform(0.05, 0.9)
            at = task.created_at + timedelta(seconds=int(wait.total_seconds()))
            tongue = sentences.language(chance)
            yield fresh(
                TaskApplication,
                id=self._next_application,
                task_id=task.pk,
                applicant_id=self._market.person_id(applicant),
                message=chance.choice(APPLYING)[tongue],
                status=status,
                created_at=at,
                updated_at=decided or at,
            )
            self._next_application += 1
            task.applications_count += status != WITHDRAWN

    def _applicants(self, number: int) -> list[int]:
        chance, plan = self._chance, self._plan
        creator, worker = plan.creators[number], plan.workers[number]
        found = [worker] if worker != NOBODY else []
        if number in DEMO_APPLIED:
            found.append(DEMO)
        if creator == DEMO and number < len(FIRST_TASKS) and HELPER not in found:
            found.append(HELPER)
        more = chance.choices((0, 1, 2, 3, 4), (28, 28, 22, 14, 8))[0]
        for _time in range(more):
            found.append(plan.anybody(chance, creator, *found))
        return found

    def _answer(self, applicant: int, number: int, *, is_open: bool) -> str:
        if applicant == self._plan.workers[number]:
            return ACCEPTED
        roll = self._chance.random()
        if roll < 0.06 and applicant not in (DEMO, HELPER):
            return WITHDRAWN
        return PENDING if is_open and roll < 0.94 else REJECTED


def _times(names: tuple[str, ...], calendar, chance: Random) -> list[datetime]:
    """When the task was posted and when each transition came, the last one first."""
    if not names:
        return [calendar.asked(chance)]
    moment = _last(names[-1], calendar, chance)
    times = [moment]
    for name in reversed(names):
        hours = chance.randint(2, 48)
        if name == "auto-confirm":
            hours = settings.AUTO_CONFIRM_DAYS * 24
        elif name == "expire":
            hours = 24 * 12
        moment -= timedelta(hours=hours, seconds=chance.randint(0, 3599))
        times.append(moment)
    return times[::-1]


def _last(name: str, calendar, chance: Random) -> datetime:
    if name == "mark-done":
        return calendar.awaiting(chance)
    if name in {"accept", "start", "dispute"}:
        return calendar.lately(chance, 6)
    return calendar.lately(chance, 60)
