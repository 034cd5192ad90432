"""Facts about sets of offerings."""

from accounts.querysets import BRIEF_FIELDS, defer_except
from items.querysets import ContentQuerySet


class OfferingQuerySet(ContentQuerySet):
    owner_field = "creator"
    public_statuses = frozenset({"active"})
    gone_statuses = frozenset({"deleted"})

    def for_display(self):
        return self.select_related("creator").defer(
            "search_text", *defer_except("creator", BRIEF_FIELDS)
        )
