"""The queryset of saved searches."""

from datetime import datetime

from django.db import models


class SavedSearchQuerySet(models.QuerySet):
    """Saved searches."""

    def visible_to(self, user):
        """Saved searches of `user`."""
        return self.filter(user=user.pk)

    def for_display(self):
        """Without the columns that are not shown."""
        return self.defer("digest")

    def newest_first(self):
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")

    def due(self, *, at: datetime):
        """Saved searches whose next run is due by `at`, the oldest first."""
        return self.filter(next_at__lte=at).order_by("next_at")
