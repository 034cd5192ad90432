"""The registry of background jobs, and the periods of those that are periodic.

Each app registers its own in its `jobs.py`, which is imported at startup:

    @every(hours=1)
    @job(max_attempts=3, timeout_s=600)
    def delete_expired() -> None: …
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

DEFAULT_MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Backoff:
    """The seconds between two attempts: `first_s`, each `factor` times longer."""

    first_s: float = 2
    factor: float = 2
    max_s: float = 600


DEFAULT_BACKOFF = Backoff()


@dataclass(frozen=True)
class RegisteredJob:
    """One function, and how it is run."""

    name: str  # "<app>.<function>"
    run: Callable[..., None]
    max_attempts: int
    timeout_s: float  # an attempt that runs longer fails with `JobTimeout`
    atomic: bool  # one transaction with the record that it is done
    backoff: Backoff

    def check(self, kwargs: dict) -> None:
        """Raise `TypeError` if the function does not take these arguments."""
        inspect.signature(self.run).bind(**kwargs)


JOBS: dict[str, RegisteredJob] = {}
PERIODS: dict[str, timedelta] = {}


def job(
    *,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    timeout_s: float = 60,
    atomic: bool = True,
    backoff: Backoff = DEFAULT_BACKOFF,
) -> Callable:
    """Register a function as the job `<app>.<function>`; return it unchanged.

    An atomic job runs in one transaction with the record that it is done, so its writes
    happen exactly once. Set `atomic=False` for a job that calls out (e-mail, SMS,
    payment) or is long: it runs outside any transaction and at least once, so it must
    be idempotent. Raises `ValueError` if the name is taken.
    """

    def register(function: Callable) -> Callable:
        name = f"{function.__module__.split('.')[0]}.{function.__name__}"
        if name in JOBS:
            raise ValueError(f"There are two jobs called {name}.")
        JOBS[name] = RegisteredJob(
            name, function, max_attempts, timeout_s, atomic, backoff
        )
        return function

    return register


def every(**period: float) -> Callable:
    """Queue a job without arguments once in each period: `@every(minutes=15)`.

    Periods are counted from 1970 in UTC, so those of an hour begin on the hour.
    """

    def schedule(function: Callable) -> Callable:
        PERIODS[get_job(function).name] = timedelta(**period)
        return function

    return schedule


def get_job(job: str | Callable) -> RegisteredJob:
    """Return the job by name or function. Raises `LookupError` for an unknown one."""
    if isinstance(job, str) and job in JOBS:
        return JOBS[job]
    for registered in JOBS.values():
        if job == registered.run:
            return registered
    raise LookupError(f"There is no job called {job}.")


def period_start(period: timedelta, at: datetime) -> str:
    """Return the ISO time at which the period that contains `at` began."""
    began = at.timestamp() // period.total_seconds() * period.total_seconds()
    return f"{datetime.fromtimestamp(began, at.tzinfo):%Y-%m-%dT%H:%M:%S%z}"
