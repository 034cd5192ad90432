"""The result of an attempt: done, retry with backoff, dead, or a lost lease."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from jobs import queue
from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.registry import get_job
from jobs.services import enqueue
from jobs.tests.registered import (
    burst,
    kill_worker,
    linger,
    refuse,
    write,
    write_and_fail,
)
from jobs.worker import perform, run_next

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=1)


def make_due() -> None:
    Job.objects.exclude(due_at=None).update(due_at=LONG_AGO)


@pytest.fixture(autouse=True)
def no_groups_before(db):
    """Those of the roles go: the jobs of these tests write groups."""
    Group.objects.all().delete()


def groups() -> list[str]:
    return sorted(Group.objects.values_list("name", flat=True))


def test_done_job_drops_its_kwargs(run_jobs):
    enqueue(write, name="one")
    run_jobs()
    job = Job.objects.get()
    assert (groups(), job.status, job.kwargs, job.attempts) == (["one"], "done", {}, 1)


def test_writes_of_a_failed_job_are_rolled_back(run_jobs):
    enqueue(write_and_fail, name="one")
    run_jobs(may_fail=True)
    job = Job.objects.get()
    assert (groups(), job.status) == ([], "waiting")
    assert job.error.endswith("RuntimeError: too late\n")


def test_job_is_dead_after_its_last_attempt(run_jobs):
    enqueue(burst)
    for status in ("waiting", "dead"):
        make_due()
        assert run_jobs(may_fail=True) == ["jobs.burst"]
        assert Job.objects.get().status == status
    make_due()
    assert run_jobs() == []


def test_permanent_failure_is_dead_at_once(run_jobs):
    enqueue(refuse)
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "dead"


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 2, 2.5), (4, 16, 20), (99, 600, 750)]
)
def test_backoff_doubles_up_to_a_maximum(attempts, least, most):
    assert all(least <= queue.backoff_s(attempts) <= most for _ in range(50))
    assert queue.backoff_s(attempts) != queue.backoff_s(attempts)


def test_leased_job_is_not_claimed_again():
    enqueue(write, name="one")
    assert queue.claim("one")
    assert queue.claim("other") is None


def test_job_with_an_expired_lease_is_claimed_again():
    enqueue(write, name="one")
    queue.claim("one")
    make_due()
    job = queue.claim("other")
    assert (job.worker, job.attempts) == ("other", 2)


def test_worker_without_its_lease_writes_nothing():
    enqueue(write, name="one")
    lost = queue.claim("one")
    make_due()
    assert queue.claim("other")
    with pytest.raises(LeaseLost):
        perform(get_job("jobs.write"), lost)
    assert (groups(), queue.extend_lease(lost)) == ([], False)
    queue.fail(lost, error="")
    assert Job.objects.get().status == "running"


def test_job_that_kills_its_workers_becomes_dead():
    enqueue(kill_worker)
    for _attempt in range(3):
        assert queue.claim("one")
        make_due()
    assert queue.claim("one") is None
    job = Job.objects.get()
    assert (job.status, job.error) == ("dead", queue.WORKER_LOST)


def test_unknown_job_is_retried(run_jobs):
    Job.objects.create(name="newer.job")
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "waiting"


def test_longest_due_job_runs_first(run_jobs):
    enqueue(write, name="new")
    enqueue(burst)
    Job.objects.filter(name="jobs.burst").update(due_at=LONG_AGO)
    assert run_jobs(may_fail=True) == ["jobs.burst", "jobs.write"]


def test_job_for_a_moment_that_has_come_is_due_by_the_clock_of_the_database():
    enqueue(write, name="now", run_at=timezone.now())
    job = Job.objects.get()
    assert job.due_at == job.created_at


@pytest.mark.django_db(transaction=True)
def test_job_that_exceeds_its_timeout_is_stopped():
    enqueue(linger)
    run_next("one")
    job = Job.objects.get()
    assert (job.status, job.error.split()[-1]) == ("waiting", "s.")
    assert "JobTimeout" in job.error
