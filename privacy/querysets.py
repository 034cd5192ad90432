"""The queryset of exports."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MAX_WAIT = timedelta(days=1)  # after which a job has failed for good


class ExportQuerySet(models.QuerySet):
    """Exports."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The exports of `user`."""
        return self.filter(user=user.pk)

    def for_display(self) -> Self:
        """All columns are shown."""
        return self.all()

    def counted(self, *, since: datetime) -> Self:
        """Those that were requested since then and have not failed."""
        return self.filter(created_at__gt=since).exclude(status="failed")

    def expired(self, *, at: datetime) -> Self:
        """Those to delete: past their time, or never made."""
        return self.filter(
            Q(expires_at__lte=at)
            | Q(expires_at=None, created_at__lte=at - 2 * MAX_WAIT)
        )
