"""Facts about sets of offerings."""

from accounts.querysets import BRIEF, unread
from marketplace.core.querysets import ContentQuerySet


class OfferingQuerySet(ContentQuerySet):
    owner_field = "creator"
    public_statuses = frozenset({"active"})
    gone_statuses = frozenset({"deleted"})

    def for_display(self):
        return self.select_related("creator").defer(
            "search_text", *unread("creator", BRIEF)
        )
