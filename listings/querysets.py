"""The queryset of listings."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings

from accounts.querysets import BRIEF_FIELDS
from items.querysets import ContentQuerySet


class ListingQuerySet(ContentQuerySet):
    """Listings."""

    public_statuses = frozenset({"active", "pending", "sold"})
    deleted_statuses = frozenset({"deleted"})
    people = {"seller": BRIEF_FIELDS}

    def ending(self, *, at: datetime) -> Self:
        """Listings of active people that expire within `NOTICE_DAYS` after `at`."""
        soon = at + timedelta(days=settings.NOTICE_DAYS)
        return self.filter(
            status__in=("active", "pending"),
            expires_at__gt=at,
            expires_at__lte=soon,
            seller__is_active=True,
        )

    def due(self, *, at: datetime) -> Self:
        """Listings that have expired by `at`, but for the sold and archived ones."""
        return self.filter(status__in=("active", "pending"), expires_at__lte=at)
