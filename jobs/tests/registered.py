"""Jobs for tests, registered on import. Each `Group` they create is one side effect."""

import os
import signal
import time

from django.contrib.auth.models import Group

from jobs.exceptions import PermanentFailure
from jobs.registry import job


@job()
def write(name: str) -> None:
    Group.objects.create(name=name)


@job()
def write_and_fail(name: str) -> None:
    Group.objects.create(name=name)
    raise RuntimeError("too late")


@job(max_attempts=2)
def burst() -> None:
    raise RuntimeError("it burst")


@job(atomic=False)
def tell() -> None:
    """Do something outside of the database."""


@job()
def refuse() -> None:
    raise PermanentFailure("never")


@job(timeout_s=0.05)
def linger() -> None:
    time.sleep(5)


@job(max_attempts=3, atomic=False)
def kill_worker() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job(atomic=False)
def die_once(name: str) -> None:
    """Write, and kill the worker on the first attempt."""
    Group.objects.create(name=f"{name} {Group.objects.count()}")
    if Group.objects.filter(name__startswith=name).count() == 1:
        kill_worker()


@job(atomic=False)
def hold(name: str, seconds: float) -> None:
    """Write that it began, sleep, and write that it ended."""
    Group.objects.create(name=f"{name} began")
    time.sleep(seconds)
    Group.objects.create(name=f"{name} ended")
