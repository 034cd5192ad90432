"""A worker with the jobs of the tests, and a lease of two seconds."""

from datetime import timedelta

import django
from django.core.management import call_command

django.setup()

from jobs import lease, queue  # noqa: E402 - once the apps are loaded
from jobs.tests import registered  # noqa: E402, F401 - registers them

queue.LEASE = timedelta(seconds=2)
lease.HEARTBEAT_INTERVAL_S = 0.3

if __name__ == "__main__":
    call_command("worker")
