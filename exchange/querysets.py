"""The queryset of exports and imports."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

MAX_WAIT = timedelta(days=1)  # after which a job has failed for good


class FileQuerySet(models.QuerySet):
    """Exports or imports."""

    def expired(self, *, at: datetime) -> Self:
        """Those to delete: past their time, or never finished."""
        return self.filter(
            Q(expires_at__lte=at)
            | Q(expires_at=None, created_at__lte=at - 2 * MAX_WAIT)
        )
