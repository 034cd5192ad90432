"""The loop of a worker, its log lines, and `worker --status`."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from jobs import worker
from jobs.models import Job
from jobs.services import enqueue
from jobs.tests.registered import burst, tell

pytestmark = pytest.mark.django_db


def status(capsys) -> dict:
    call_command("worker", "--status")
    return json.loads(capsys.readouterr().out)


def test_status_counts_unfinished_jobs(capsys):
    enqueue(burst)
    Job.objects.create(name="x", status="dead", due_at=None)
    Job.objects.create(name="x", status="done", due_at=None)
    counts = {"waiting": 1, "running": 0, "dead": 1}
    assert status(capsys).items() >= counts.items()


def test_status_fails_when_jobs_are_late(capsys):
    enqueue(burst)
    Job.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(CommandError, match="Jobs are late"):
        status(capsys)


def test_worker_survives_a_database_that_is_down(monkeypatch):
    busy = worker.Worker()
    steps = [OperationalError("gone"), None]

    def run_next(name: str) -> None:
        if failure := steps.pop(0):
            raise failure
        busy.stop()

    monkeypatch.setattr(worker, "run_next", run_next)
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    busy.run()
    assert steps == []


@pytest.fixture
def away(monkeypatch):
    """Let the database fail so often when a job is to be marked done."""
    monkeypatch.setattr(worker, "RETRY_INTERVAL_S", 0.05)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    finish, failures = worker.queue.finish, []

    def fail_first(job: Job) -> None:
        if failures:
            raise failures.pop()
        finish(job)

    monkeypatch.setattr(worker.queue, "finish", fail_first)
    return lambda times: failures.extend([OperationalError("gone")] * times)


def test_what_was_done_is_recorded_once_the_database_is_back(run_jobs, away):
    """An e-mail that was sent is not sent again."""
    enqueue(tell)
    away(3)
    assert run_jobs() == ["jobs.tell"]
    assert Job.objects.get().attempts == 1


def test_a_job_is_given_up_once_its_lease_is_over(run_jobs, away, monkeypatch):
    monkeypatch.setattr(worker.queue, "LEASE", timedelta(seconds=0.2))
    enqueue(tell)
    away(99)
    run_jobs(may_fail=True)
    assert Job.objects.get().status == Job.Status.WAITING


def test_log_names_the_attempt_and_the_retry(run_jobs, caplog):
    enqueue(burst)
    job = Job.objects.get()
    run_jobs(may_fail=True)
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    run_jobs(may_fail=True)
    assert caplog.messages == [
        f"job {job} failed, attempt 1, retry scheduled",
        f"job {job} failed, attempt 2, job is dead",
    ]
