"""The queryset of offerings."""

from accounts.querysets import BRIEF_FIELDS
from items.querysets import ContentQuerySet


class OfferingQuerySet(ContentQuerySet):
    """Offerings."""

    public_statuses = frozenset({"active"})
    deleted_statuses = frozenset({"deleted"})
    people = {"creator": BRIEF_FIELDS}
