"""Examination of the job queue, for `manage.py doctor`."""

from collections.abc import Iterator

from django.db import DatabaseError

from core.doctor import Finding, examination, not_examined
from jobs import services

MAX_LATE_S = 60


@examination("jobs")
def jobs_are_done() -> Iterator[Finding]:
    """Compare how late the oldest due job is, and count dead jobs."""
    try:
        state = services.status()
    except DatabaseError:
        yield not_examined("the table of jobs cannot be read.", "See database.")
        return
    if state["late_seconds"] > MAX_LATE_S:
        yield Finding(
            f"The oldest due job has waited for {state['late_seconds']} s.",
            "Start a worker (manage.py worker), or more of them.",
        )
    if state["dead"]:
        yield Finding(
            f"{state['dead']} jobs are dead: their last attempt failed.",
            "Read their errors in the admin, then retry or discard them.",
            severity="warning",
        )
