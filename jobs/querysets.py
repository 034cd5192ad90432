"""Querysets of jobs. The clock is the database's, as those of workers may differ."""

from datetime import datetime
from typing import Self

from django.db.models import QuerySet
from django.db.models.functions import Now


class JobQuerySet(QuerySet):
    """Jobs that are due, and jobs that are finished."""

    def due(self) -> Self:
        """Return the jobs that may run now, the longest due first.

        For a waiting job `due_at` is when it may run. For a running one it is when its
        lease expires, so a job whose worker was killed is due again.
        """
        return self.filter(due_at__lte=Now()).order_by("due_at", "id")

    def finished_before(self, moment: datetime) -> Self:
        """Return done and discarded jobs; dead ones stay DEAD_JOB_DAYS."""
        return self.filter(status__in=("done", "discarded"), finished_at__lt=moment)
