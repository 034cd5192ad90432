"""Worker processes: killed, stopped by SIGTERM, and several at once."""

import signal
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from jobs.models import Job
from jobs.services import enqueue
from jobs.tests.conftest import wait_until
from jobs.tests.registered import die_once, hold, kill_worker


def groups(name: str) -> list[str]:
    found = Group.objects.filter(name__startswith=name).order_by("pk")
    return list(found.values_list("name", flat=True))


def job_of(function) -> Job:
    return Job.objects.get(name=f"jobs.{function.__name__}")


def test_job_of_a_killed_worker_runs_again(start_worker):
    enqueue(die_once, name="life")
    assert start_worker().wait(timeout=60) == -signal.SIGKILL
    assert job_of(die_once).status == "running"
    start_worker()
    wait_until(lambda: job_of(die_once).status == "done")
    assert (job_of(die_once).attempts, len(groups("life"))) == (2, 2)


def test_job_that_kills_every_worker_becomes_dead(start_worker):
    enqueue(kill_worker)
    for _attempt in range(3):
        assert start_worker().wait(timeout=60) == -signal.SIGKILL
    start_worker()
    wait_until(lambda: job_of(kill_worker).status == "dead")
    assert job_of(kill_worker).attempts == 3


def test_heartbeat_keeps_a_long_job(start_worker):
    """It runs for twice as long as the lease, beside a second worker."""
    start_worker(), start_worker()
    enqueue(hold, name="long", seconds=4)
    wait_until(lambda: job_of(hold).status == "done")
    assert groups("long") == ["long began", "long ended"]
    assert job_of(hold).attempts == 1


def test_job_that_lost_its_lease_stops(start_worker):
    """K3: it does not go on beside the worker that has taken the job over."""
    worker = start_worker()
    enqueue(hold, name="lost", seconds=300)
    wait_until(lambda: groups("lost") == ["lost began"])
    an_hour = timezone.now() + timedelta(hours=1)
    held = Job.objects.filter(name="jobs.hold")
    held.update(worker="other", attempts=2, due_at=an_hour)
    enqueue(hold, name="next", seconds=0)
    wait_until(lambda: groups("next") == ["next began", "next ended"])
    assert (groups("lost"), worker.poll()) == (["lost began"], None)
    assert held.get(worker="other").status == "running"


def test_sigterm_lets_the_worker_finish_its_job_and_claim_no_other(start_worker):
    enqueue(hold, name="first", seconds=1)
    enqueue(hold, name="second", seconds=1)
    worker = start_worker()
    wait_until(lambda: groups("first") == ["first began"])
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    assert (groups("first"), groups("second")) == (["first began", "first ended"], [])
    assert sorted(Job.objects.filter(name="jobs.hold").values_list("status")) == [
        ("done",),
        ("waiting",),
    ]


def test_two_workers_run_every_job_once(start_worker):
    workers = [start_worker(), start_worker()]
    for number in range(20):
        enqueue(hold, name=f"part {number}", seconds=0.1)
    wait_until(lambda: not Job.objects.filter(name="jobs.hold").exclude(status="done"))
    assert len(groups("part")) == 40
    assert all(worker.poll() is None for worker in workers)
