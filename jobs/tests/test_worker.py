"""The loop of a worker, and what it tells about the queue."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from jobs import worker
from jobs.models import Job
from jobs.services import enqueue
from jobs.tests.kinds import burst

pytestmark = pytest.mark.django_db


def told(capsys) -> dict:
    call_command("worker", "--status")
    return json.loads(capsys.readouterr().out)


def test_the_status_counts_what_is_not_done(capsys):
    enqueue(burst)
    Job.objects.create(name="x", status="dead", due_at=None)
    Job.objects.create(name="x", status="done", due_at=None)
    counts = {"waiting": 1, "running": 0, "dead": 1}
    assert told(capsys).items() >= counts.items()


def test_the_status_fails_when_nobody_works(capsys):
    enqueue(burst, run_at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(CommandError, match="Jobs wait"):
        told(capsys)


def test_a_worker_outlives_its_database(monkeypatch):
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
