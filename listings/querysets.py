"""Facts about sets of listings."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.querysets import BRIEF_FIELDS, defer_except
from items.querysets import ContentQuerySet


class ListingQuerySet(ContentQuerySet):
    owner_field = "seller"
    public_statuses = frozenset({"active", "pending", "sold"})
    gone_statuses = frozenset({"deleted"})

    def for_display(self):
        return self.select_related("seller").defer(
            "search_text", *defer_except("seller", BRIEF_FIELDS)
        )

    def ending(self, *, at: datetime):
        """Whose time is up within `NOTICE_DAYS`, and who posted may still act."""
        soon = at + timedelta(days=settings.NOTICE_DAYS)
        return self.filter(
            status__in=("active", "pending"),
            expires_at__gt=at,
            expires_at__lte=soon,
            seller__is_active=True,
        )

    def due(self, *, at: datetime):
        """Whose time is up and which were not sold or taken down."""
        return self.filter(status__in=("active", "pending"), expires_at__lte=at)
