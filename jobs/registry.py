"""The functions that can be queued, and those that the clock queues.

They lie in `<app>/jobs.py`, which is imported at the start:

    @every(hours=1)
    @job(tries=3, seconds=600)
    def sweep() -> None: …
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

DEFAULT_TRIES = 8


@dataclass(frozen=True)
class Kind:
    """One function, and how it is run."""

    name: str  # "<app>.<function>"
    run: Callable[..., None]
    tries: int
    seconds: float  # longest run; then it fails with `OutOfTime`
    outward: bool  # has effects outside the database

    def check(self, facts: dict) -> None:
        """Raise `TypeError` if the function does not take these facts."""
        inspect.signature(self.run).bind(**facts)


KINDS: dict[str, Kind] = {}
PERIODS: dict[str, timedelta] = {}


def job(
    *, tries: int = DEFAULT_TRIES, seconds: float = 60, outward: bool = False
) -> Callable:
    """Let a function be queued, as `<app>.<function>`; it stays a plain function.

    It runs in one transaction with the record that it is done, so that what it writes
    is written exactly once. One that is `outward` (mail, SMS, a payment) or long runs
    outside any transaction and at least once: it must bear to be run again.
    """

    def register(function: Callable) -> Callable:
        name = f"{function.__module__.split('.')[0]}.{function.__name__}"
        if name in KINDS:
            raise ValueError(f"There are two jobs called {name}.")
        KINDS[name] = Kind(name, function, tries, seconds, outward)
        return function

    return register


def every(**period: float) -> Callable:
    """Queue a job without facts once in each period: `@every(minutes=15)`.

    Periods are counted from 1970 in UTC: those of an hour begin on the hour.
    """

    def schedule(function: Callable) -> Callable:
        PERIODS[kind_of(function).name] = timedelta(**period)
        return function

    return schedule


def kind_of(job: str | Callable) -> Kind:
    """The kind by its name or function; raises `LookupError` for an unknown one."""
    for kind in KINDS.values():
        if job in (kind.name, kind.run):
            return kind
    raise LookupError(f"There is no job called {job}.")


def slot(period: timedelta, at: datetime) -> str:
    """The period that `at` lies in, by its beginning."""
    began = at.timestamp() // period.total_seconds() * period.total_seconds()
    return f"{datetime.fromtimestamp(began, at.tzinfo):%Y-%m-%dT%H:%M:%S%z}"
