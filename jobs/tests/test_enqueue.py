"""What `enqueue` promises: transactions, keys, arguments, periods."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jobs.models import Job
from jobs.registry import PERIODS, period_start
from jobs.services import enqueue, enqueue_periodic
from jobs.tests.registered import burst, write

pytestmark = pytest.mark.django_db


def test_rollback_removes_the_job():
    with transaction.atomic():
        enqueue(write, name="ghost")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_job_is_named_by_function_or_name():
    enqueue(write, name="one")
    enqueue("jobs.write", name="two")
    assert set(Job.objects.values_list("name", flat=True)) == {"jobs.write"}


def test_key_is_queued_once(run_jobs):
    for _time in range(2):
        enqueue(write, key="k", name="one")
    run_jobs()
    enqueue(write, key="k", name="one")
    assert Job.objects.get().status == "done"


def test_jobs_without_a_key_are_all_queued():
    enqueue(burst)
    enqueue(burst)
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    ("kwargs", "problem"),
    [
        ({}, TypeError),
        ({"name": "x", "other": 1}, TypeError),
        ({"name": timezone.now()}, TypeError),
    ],
)
def test_kwargs_must_fit_the_function_and_json(kwargs, problem):
    with pytest.raises(problem):
        enqueue(write, **kwargs)


def test_unknown_job_is_refused():
    with pytest.raises(LookupError):
        enqueue("jobs.nothing")


def test_job_waits_for_its_run_at(run_jobs):
    enqueue(write, name="later", run_at=timezone.now() + timedelta(hours=1))
    assert run_jobs() == []
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert run_jobs() == ["jobs.write"]


def test_periods_begin_on_the_hour():
    at = timezone.now().replace(hour=7, minute=59, second=59)
    assert period_start(timedelta(hours=1), at)[11:19] == "07:00:00"
    assert period_start(timedelta(minutes=15), at)[11:19] == "07:45:00"


def test_period_is_queued_once_by_all_workers(monkeypatch):
    monkeypatch.setattr("jobs.services.PERIODS", {"jobs.burst": timedelta(hours=1)})
    noon = timezone.now().replace(hour=12, minute=0, second=0)
    for _worker in range(2):
        enqueued = {}
        for minutes in (0, 30, 59, 60):
            enqueue_periodic(noon + timedelta(minutes=minutes), enqueued=enqueued)
    assert Job.objects.count() == 2


def test_maintenance_is_periodic():
    assert PERIODS["jobs.maintain"] == timedelta(hours=1)
