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
from jobs.tests.registered import burst

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
