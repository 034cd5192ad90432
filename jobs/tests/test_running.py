"""What becomes of a job that is run."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from jobs import queue
from jobs.errors import LeaseLost
from jobs.models import Job
from jobs.registry import get_job
from jobs.services import enqueue
from jobs.tests.kinds import burst, kill_worker, linger, refuse, write, write_and_fail
from jobs.worker import perform, run_next

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=1)


def make_due() -> None:
    Job.objects.exclude(due_at=None).update(due_at=LONG_AGO)


def groups() -> list[str]:
    return sorted(
        Group.objects.exclude(name__in=("Moderators", "Support")).values_list(
            "name", flat=True
        )
    )


def test_a_done_job_forgets_its_facts(run_jobs):
    enqueue(write, name="one")
    run_jobs()
    job = Job.objects.get()
    assert (groups(), job.status, job.kwargs, job.attempts) == (["one"], "done", {}, 1)


def test_what_a_failed_job_wrote_is_rolled_back(run_jobs):
    enqueue(write_and_fail, name="one")
    run_jobs(may_fail=True)
    job = Job.objects.get()
    assert (groups(), job.status) == ([], "waiting")
    assert job.error.endswith("RuntimeError: too late\n")


def test_the_last_try_makes_a_dead_letter(run_jobs):
    enqueue(burst)
    for status in ("waiting", "dead"):
        make_due()
        assert run_jobs(may_fail=True) == ["jobs.burst"]
        assert Job.objects.get().status == status
    make_due()
    assert run_jobs() == []


def test_the_hopeless_is_dead_at_once(run_jobs):
    enqueue(refuse)
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "dead"


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 2, 2.5), (4, 16, 20), (99, 600, 750)]
)
def test_waits_double_up_to_a_bound(attempts, least, most):
    assert all(least <= queue.wait_after(attempts) <= most for _ in range(50))
    assert queue.wait_after(attempts) != queue.wait_after(attempts)


def test_a_live_job_is_nobody_elses():
    enqueue(write, name="one")
    assert queue.claim("one")
    assert queue.claim("other") is None


def test_a_job_of_a_silent_worker_is_taken_over():
    enqueue(write, name="one")
    queue.claim("one")
    make_due()
    job = queue.claim("other")
    assert (job.worker, job.attempts) == ("other", 2)


def test_a_worker_that_lost_its_job_writes_nothing():
    enqueue(write, name="one")
    lost = queue.claim("one")
    make_due()
    assert queue.claim("other")
    with pytest.raises(LeaseLost):
        perform(get_job("jobs.write"), lost)
    assert (groups(), queue.extend(lost)) == ([], False)
    queue.fail(lost, error="")
    assert Job.objects.get().status == "running"


def test_a_job_that_kills_its_workers_is_dead_in_the_end():
    enqueue(kill_worker)
    for _try in range(3):
        assert queue.claim("one")
        make_due()
    assert queue.claim("one") is None
    job = Job.objects.get()
    assert (job.status, job.error) == ("dead", queue.KILLED)


def test_a_name_of_newer_code_is_tried_again(run_jobs):
    Job.objects.create(name="newer.job")
    run_jobs(may_fail=True)
    assert Job.objects.get().status == "waiting"


def test_the_longest_due_runs_first(run_jobs):
    enqueue(write, name="new")
    enqueue(burst, run_at=LONG_AGO)
    assert run_jobs(may_fail=True) == ["jobs.burst", "jobs.write"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_takes_too_long_is_stopped():
    enqueue(linger)
    run_next("one")
    job = Job.objects.get()
    assert (job.status, job.error.split()[-1]) == ("waiting", "s.")
    assert "JobTimeout" in job.error
