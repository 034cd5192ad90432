"""Threads that claim and enqueue at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.utils import timezone

from jobs.models import Job
from jobs.queue import claim
from jobs.services import enqueue, enqueue_periodic
from jobs.tests.registered import burst, write

AT_ONCE = 6  # of the eight connections in the pool
pytestmark = pytest.mark.usefixtures("shared_database")


def at_once(act) -> list:
    """Return the results of `act(number)` in threads that start together."""
    start = threading.Barrier(AT_ONCE)

    def run(number: int):
        connection.ensure_connection()
        start.wait(timeout=20)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(run, range(AT_ONCE)))


def test_job_is_claimed_by_one_worker():
    for number in range(30):
        enqueue(write, name=str(number))

    def take_all(number: int) -> list[int]:
        taken = []
        while job := claim(f"worker {number}"):
            taken.append(job.pk)
        return taken

    taken = list(chain.from_iterable(at_once(take_all)))
    assert (len(taken), len(set(taken))) == (30, 30)


def test_key_enqueued_at_once_is_one_job():
    for key in range(10):
        at_once(lambda number, key=key: enqueue(burst, key=f"k{key}"))
    assert Job.objects.count() == 10


def test_workers_queue_a_period_once(monkeypatch):
    monkeypatch.setattr("jobs.services.PERIODS", {"jobs.burst": timedelta(hours=1)})
    now = timezone.now()
    at_once(lambda number: enqueue_periodic(now, enqueued={}))
    assert Job.objects.count() == 1
