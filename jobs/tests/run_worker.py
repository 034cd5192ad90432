"""A worker that knows the test's jobs, and counts as gone after two seconds."""

from datetime import timedelta

import django
from django.core.management import call_command

django.setup()

from jobs import queue, worker  # noqa: E402 - once the apps are loaded
from jobs.tests import kinds  # noqa: E402, F401 - registers them

queue.LEASE = timedelta(seconds=2)
worker.BEAT_SECONDS = 0.3

if __name__ == "__main__":
    call_command("worker")
