"""Facts about sets of jobs. The clock is the database's: workers need not agree."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now


class JobQuerySet(QuerySet):
    def due(self) -> "JobQuerySet":
        """What may run now, the longest due first.

        A waiting job is due from its time on; a running one when its lease has run
        out, as it does when its worker was killed.
        """
        return self.filter(due_at__lte=Now()).order_by("due_at", "id")

    def overdue(self, *, by: timedelta) -> "JobQuerySet":
        return self.filter(due_at__lte=Now() - by)

    def finished_before(self, moment: datetime) -> "JobQuerySet":
        """Done or discarded; a dead letter stays until somebody decides."""
        return self.filter(status__in=("done", "discarded"), finished_at__lt=moment)
