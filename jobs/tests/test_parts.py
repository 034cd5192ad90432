"""Maintenance of many rows runs in parts: each job a few seconds, then the next one."""

import pytest
from django.utils import timezone

from core.budget import Budget, limited_to, within_budget
from jobs import jobs, maintenance
from jobs.maintenance import repair_rows
from jobs.models import Job
from jobs.services import enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch):
    """Return the rows that maintenance works on; each uses up the time of a job."""
    monkeypatch.setattr(jobs, "MAINTENANCE_S", 0)
    rows = []

    def run(at, *, dry_run):
        return repair_rows([3, 1, 2], rows.append, dry_run=dry_run)

    first = maintenance.Maintenance("first", run, ())
    then = maintenance.Maintenance("then", run, ("first",))
    monkeypatch.setattr(maintenance, "REGISTRY", {"first": first, "then": then})
    return rows


def test_a_job_stops_when_its_time_is_over_and_queues_the_rest(ran):
    jobs.maintain()
    rest = Job.objects.get()
    assert ran == [1]
    assert rest.kwargs.items() >= {"begin": "first", "after": 1, "part": 1}.items()


def test_the_parts_together_work_on_every_row_once(ran, run_jobs):
    enqueue(jobs.maintain)
    assert run_jobs() == ["jobs.maintain"] * 6
    assert ran == [1, 2, 3, 1, 2, 3]


def test_a_repeated_attempt_queues_one_rest(ran):
    now = timezone.now().isoformat()
    jobs.maintain(at=now)
    jobs.maintain(at=now)
    assert Job.objects.count() == 1


def test_without_a_budget_all_rows_are_in_one_part():
    assert list(within_budget([2, 1])) == [1, 2]
    with limited_to(Budget(60)):
        assert list(within_budget([2, 1])) == [1, 2]


def test_attempts_of_the_first_part_queue_one_rest(ran):
    for _attempt in range(3):  # each at a time of its own
        jobs.maintain()
    assert Job.objects.count() == 1


def test_work_on_a_row_has_no_budget_of_its_own():
    with limited_to(Budget(0)):
        seen = [(row, list(within_budget([1, 2]))) for row in within_budget([5, 6])]
    assert seen == [(5, [1, 2])]
