"""The functions that can be queued, and those that the clock queues.

They lie in `<app>/jobs.py`, which is imported at the start:

    @every(hours=1)
    @job(max_attempts=3, timeout_s=600)
    def sweep() -> None: …
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

DEFAULT_MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class RegisteredJob:
    """One function, and how it is run."""

    name: str  # "<app>.<function>"
    run: Callable[..., None]
    max_attempts: int
    timeout_s: float  # longest run; then it fails with `JobTimeout`
    atomic: bool  # one transaction with the record that it is done

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
) -> Callable:
    """Let a function be queued, as `<app>.<function>`; it stays a plain function.

    It runs in one transaction with the record that it is done, so that what it writes
    is written exactly once. One that is `outward` (mail, SMS, a payment) or long runs
    outside any transaction and at least once: it must bear to be run again.
    """

    def register(function: Callable) -> Callable:
        name = f"{function.__module__.split('.')[0]}.{function.__name__}"
        if name in JOBS:
            raise ValueError(f"There are two jobs called {name}.")
        JOBS[name] = RegisteredJob(name, function, max_attempts, timeout_s, atomic)
        return function

    return register


def every(**period: float) -> Callable:
    """Queue a job without arguments once in each period: `@every(minutes=15)`.

    Periods are counted from 1970 in UTC: those of an hour begin on the hour.
    """

    def schedule(function: Callable) -> Callable:
        PERIODS[get_job(function).name] = timedelta(**period)
        return function

    return schedule


def get_job(job: str | Callable) -> RegisteredJob:
    """The kind by its name or function; raises `LookupError` for an unknown one."""
    for kind in JOBS.values():
        if job in (kind.name, kind.run):
            return kind
    raise LookupError(f"There is no job called {job}.")


def period_start(period: timedelta, at: datetime) -> str:
    """The period that `at` lies in, by its beginning."""
    began = at.timestamp() // period.total_seconds() * period.total_seconds()
    return f"{datetime.fromtimestamp(began, at.tzinfo):%Y-%m-%dT%H:%M:%S%z}"
