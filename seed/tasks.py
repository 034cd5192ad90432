"""Tasks with their applications and events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.conf import settings

from seed import sentences
from seed.calendar import Calendar, awake
from seed.drawing import MOTIF_OF
from seed.items import add_pictures
from seed.market import Market
from seed.places import random_place
from seed.plan import (
    COMPLETED_BY,
    DEMO,
    DEMO_APPLIED_TO,
    FIRST_TASKS,
    HELPER,
    NOBODY,
    STAFF,
)
from seed.tables import new_row
from seed.words.about_jobs import APPLYING, DISPUTES, fitting
from seed.words.jobs import JOBS
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from tasks.workflow import TASK_WORKFLOW

JOB_SLUGS = tuple(JOBS)
BY_WORKER = frozenset({"start", "mark-done"})
BY_STAFF = frozenset({"settle-for-worker", "settle-for-creator"})
BY_CLOCK = frozenset({"auto-confirm", "expire"})
SETTLEMENT_REASON = "Both sides were heard; the pictures decide."
PENDING, ACCEPTED, REJECTED, WITHDRAWN = TaskApplication.Status.values


@dataclass
class Batch:
    """The rows of three tables for one batch of tasks."""

    tasks: list[TaskRequest] = field(default_factory=list)
    applications: list[TaskApplication] = field(default_factory=list)
    events: list[TaskEvent] = field(default_factory=list)


def batches(market: Market, count: int) -> Iterator[Batch]:
    """Return all tasks, `count` at a time."""
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
        self._rng = market.rng("tasks")
        self._next_application = market.first_ids[TaskApplication]
        self._next_event = market.first_ids[TaskEvent]

    def add(self, number: int, batch: Batch) -> None:
        names = self._plan.history(number)
        times = _times(names, self._market.calendar, self._rng)
        task = self._task(number, times[0])
        batch.tasks.append(task)
        for name, at in zip(names, times[1:], strict=True):
            batch.events.append(self._apply_transition(task, name, at))
        batch.applications += self._applications(task, number, names, times)
        if task.completed_at:
            self._market.completed_at[number] = task.completed_at

    def _task(self, number: int, at: datetime) -> TaskRequest:
        rng, market = self._rng, self._market
        category = rng.choice(JOB_SLUGS)
        lowest, highest, *titles = rng.choice(JOBS[category])
        language = sentences.pick_language(rng)
        urgent = rng.random() < 0.15
        task = new_row(
            TaskRequest,
            id=market.task_id(number),
            creator_id=market.person_id(self._plan.creators[number]),
            title=titles[language],
            description=sentences.several(rng, language, fitting(category), 2),
            category=category,
            budget=sentences.price(rng, lowest, highest),
            is_urgent=urgent,
            priority="high" if urgent else "normal",
            radius=rng.choice((5, 10, 25, 50)),
            created_at=at,
            updated_at=at,
            **random_place(rng),
        )
        self._set_deadline(task, number)
        add_pictures(task, MOTIF_OF[category], market, rng, share=0.35, max_pictures=1)
        if number >= len(FIRST_TASKS):
            market.maybe_hide(task, rng)
        return task

    def _set_deadline(self, task: TaskRequest, number: int) -> None:
        rng = self._rng
        if self._plan.history(number):
            days = rng.randint(10, 40)
            task.deadline = task.created_at + timedelta(days=days)
        elif task.is_urgent or rng.random() < 0.6:
            calendar = self._market.calendar
            task.deadline = calendar.deadline(rng, urgent=task.is_urgent)

    def _apply_transition(
        self, task: TaskRequest, name: str, at: datetime
    ) -> TaskEvent:
        """Apply one workflow transition to a task and return its event."""
        old, task.status = task.status, TASK_WORKFLOW[name].target
        task.updated_at = at
        reason = ""
        if name == "accept":
            number = task.pk - self._market.task_id(0)
            task.assigned_to_id = self._market.person_id(self._plan.workers[number])
        elif name == "mark-done":
            task.marked_done_at = at
        elif name == "dispute":
            language = sentences.pick_language(self._rng)
            task.dispute_reason = reason = self._rng.choice(DISPUTES)[language]
        elif name == "expire":
            task.deadline = at - timedelta(hours=1)
        if name in COMPLETED_BY:
            task.completed_at = at
        if name in BY_STAFF:
            reason = SETTLEMENT_REASON
            self._market.log_action(
                task, action=name, reason=reason, before=old, after=task.status, at=at
            )
        event = new_row(
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
        self,
        task: TaskRequest,
        number: int,
        names: tuple[str, ...],
        times: list[datetime],
    ) -> Iterator[TaskApplication]:
        """Applications by different people; that of the worker is accepted."""
        rng = self._rng
        decided = times[1] if names else None
        latest = decided or self._market.calendar.today
        for applicant in self._applicants(number):
            status = self._answer(applicant, number, is_open=not names)
            wait = (latest - task.created_at) * rng.uniform(0.05, 0.9)
            at = task.created_at + timedelta(seconds=int(wait.total_seconds()))
            language = sentences.pick_language(rng)
            yield new_row(
                TaskApplication,
                id=self._next_application,
                task_id=task.pk,
                applicant_id=self._market.person_id(applicant),
                message=rng.choice(APPLYING)[language],
                status=status,
                created_at=at,
                updated_at=decided or at,
            )
            self._next_application += 1
            task.applications_count += status != WITHDRAWN

    def _applicants(self, number: int) -> list[int]:
        rng, plan = self._rng, self._plan
        creator, worker = plan.creators[number], plan.workers[number]
        found = [worker] if worker != NOBODY else []
        if number in DEMO_APPLIED_TO:
            found.append(DEMO)
        if creator == DEMO and number < len(FIRST_TASKS) and HELPER not in found:
            found.append(HELPER)
        more = rng.choices((0, 1, 2, 3, 4), (28, 28, 22, 14, 8))[0]
        for _time in range(more):
            found.append(plan.random_person(rng, creator, *found))
        return found

    def _answer(self, applicant: int, number: int, *, is_open: bool) -> str:
        if applicant == self._plan.workers[number]:
            return ACCEPTED
        roll = self._rng.random()
        if roll < 0.06 and applicant not in (DEMO, HELPER):
            return WITHDRAWN
        return PENDING if is_open and roll < 0.94 else REJECTED


def _times(names: tuple[str, ...], calendar: Calendar, rng: Random) -> list[datetime]:
    """The time of posting and of each transition, in order.

    The last one is drawn first, so that no time is after today.
    """
    if not names:
        return [calendar.requested_at(rng)]
    moment = _last(names[-1], calendar, rng)
    times = [moment]
    for name in reversed(names):
        hours = rng.randint(2, 48)
        if name == "auto-confirm":
            hours = settings.AUTO_CONFIRM_DAYS * 24
        elif name == "expire":
            hours = 24 * 12
        moment -= timedelta(hours=hours, seconds=rng.randint(0, 3599))
        times.append(moment)
    return [awake(time) for time in reversed(times)]


def _last(name: str, calendar: Calendar, rng: Random) -> datetime:
    if name == "mark-done":
        return calendar.marked_done_at(rng)
    if name in {"accept", "start", "dispute"}:
        return calendar.recent(rng, 6)
    return calendar.recent(rng, 60)
