"""The queryset of saved searches."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User


class SavedSearchQuerySet(models.QuerySet):
    """Saved searches."""

    def visible_to(self, user: User) -> Self:
        """Return the saved searches of `user`."""
        return self.filter(user=user.pk)

    def for_display(self) -> Self:
        """Leave out the columns that are not shown."""
        return self.defer("digest")

    def newest_first(self) -> Self:
        """Order by the date of creation, the latest first."""
        return self.order_by("-created_at", "-id")

    def due(self, *, at: datetime) -> Self:
        """Return the saved searches whose next run is due by `at`, the oldest first.

        Without the instant ones that wait for items.
        """
        runs = ~Q(waiting_digest=F("digest"))
        return self.filter(runs, next_at__lte=at).order_by("next_at")

    def turn_off(self) -> int:
        """Set the frequency to off; return how many were found."""
        return self.update(frequency="off", next_at=None, waiting_digest="")
