"""The queryset of saved searches."""

from datetime import datetime

from django.db import models


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Saved searches of `user`."""
        return self.filter(user=user.pk)

    def for_display(self):
        return self.defer("digest")

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def due(self, *, at: datetime):
        """Saved searches whose next run is due by `at`, the oldest first."""
        return self.filter(next_at__lte=at).order_by("next_at")
