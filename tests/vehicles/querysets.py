from accounts.querysets import BRIEF_FIELDS
from items.querysets import ContentQuerySet


class VehicleQuerySet(ContentQuerySet):
    public_statuses = frozenset({"active"})
    people = {"creator": BRIEF_FIELDS}
