"""The queryset of saved searches."""

from datetime import datetime
from typing import Self

from django.db import models

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
        """Return the saved searches whose next run is due by `at`, the oldest first."""
        return self.filter(next_at__lte=at).order_by("next_at")
