"""Facts about sets of notifications."""

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Count, Q


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, but for those that are mail alone or were deleted."""
        return self.filter(recipient=user.pk, in_app=True)

    def for_display(self):
        return self.defer("dedup_key")

    def unread(self):
        return self.filter(read_at=None)

    def unread_by_person(self, ids: Collection[int]) -> dict[int, int]:
        """How many wait for each of these people."""
        waiting = self.filter(recipient__in=ids, in_app=True).unread()
        counts = waiting.order_by().values_list("recipient").annotate(Count("pk"))
        return dict(counts)

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def about(self, subject_type: str, subject_id):
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def told(self, kind: str, *, since: datetime):
        return self.filter(kind=kind, created_at__gte=since)

    def stale(self, *, before: datetime):
        """Old ones that nobody waits for any more."""
        settled = Q(read_at__isnull=False) | Q(in_app=False)
        return self.filter(settled, created_at__lt=before)
