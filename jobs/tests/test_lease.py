"""What a job costs besides its work: two statements, and a share of one thread."""

import threading
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs import lease
from jobs.exceptions import LeaseLost
from jobs.models import Job
from jobs.queue import claim
from jobs.services import enqueue
from jobs.tests.registered import burst, write

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a poll reads there, first")
def test_a_job_is_claimed_and_finished_by_one_statement_each(run_jobs):
    enqueue(write, name="one")
    with CaptureQueriesContext(connection) as queries:
        run_jobs()
    updates = [q["sql"] for q in queries if q["sql"].startswith("UPDATE")]
    assert len(updates) == 3  # the last one finds no job
    reads = [q["sql"] for q in queries if q["sql"].startswith("SELECT")]
    assert len(reads) == 1  # that of the fixture


def test_jobs_share_one_heartbeat_thread(run_jobs):
    for number in range(3):
        enqueue(write, name=str(number))
    run_jobs()
    names = [thread.name for thread in threading.enumerate()]
    assert names.count(lease.THREAD_NAME) == 1


def lose(job: Job) -> None:
    with lease.time_limit(5):
        lease._interruption.interrupt(job)
        time.sleep(5)


def test_a_late_heartbeat_stops_no_other_job():
    ended, running = Job(pk=1), Job(pk=2)
    lease._interruption.begin(running)
    with lease.time_limit(5):
        lease._interruption.interrupt(ended)
        time.sleep(0.01)
    with pytest.raises(LeaseLost):
        lose(running)


def test_the_dead_job_before_does_not_hide_the_next_one():
    enqueue(burst)
    Job.objects.update(attempts=2)
    enqueue(write, name="one")
    assert claim("one").name == "jobs.write"
    assert Job.objects.get(name="jobs.burst").attempts == 2


def test_a_heartbeat_without_an_answer_does_not_stop_those_of_the_next_job(monkeypatch):
    """A connection may be dead, and its thread wait for it."""
    answer, seen = threading.Event(), []

    def send(job: Job) -> bool:
        seen.append(job.pk)
        return job.pk == 2 or answer.wait(10)

    monkeypatch.setattr(lease, "HEARTBEAT_INTERVAL_S", 0.05)
    monkeypatch.setattr(lease, "_send_heartbeat", send)
    heart = lease._Heart()
    heart.begin(Job(pk=1))
    wait_for(lambda: 1 in seen)
    time.sleep(0.1)
    heart.begin(Job(pk=2))
    wait_for(lambda: 2 in seen)
    heart.end()
    answer.set()


def wait_for(condition) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)
