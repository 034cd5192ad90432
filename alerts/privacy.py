"""Personal data of saved searches, and of the notifications about what they found."""

from typing import Any

from alerts.models import (
    Alerted,
    Candidate,
    ComparedItem,
    IndexedSearch,
    ItemCursor,
    SavedSearch,
)
from core.db.batches import id_batches
from core.privacy import describe, describe_impersonal, erasure_step
from items.types import ITEM_TYPES
from notifications.client_urls import path_of
from notifications.models import Notification
from notifications.services import subject_type_of

BATCH_ROWS = 1000

describe(
    SavedSearch,
    whose="user",
    purpose="Searches that run again for the person who saved them.",
    exports="item_type name query frequency next_at",
    internal="digest query_changed_at watermark waiting_digest",
    delete=True,
)
describe(
    Alerted,
    whose="search__user",
    purpose="Items that a search has reported, so that none is reported twice.",
    retention="A month after the item has ended.",
    internal="search item_id",
    delete=True,
)
describe(
    IndexedSearch,
    whose="search__user",
    purpose="Category, price and place of instant searches, as new items are compared.",
    retention="As long as the search is instant.",
    internal="search digest item_type category min_price max_price is_planar "
    "bounding_box latitude longitude south north west east cosine cosine_slope "
    "max_distance_key",
    delete=True,
)
describe(
    Candidate,
    whose="search__user",
    purpose="New items that a search may have to report.",
    retention="Until the next run, a minute or two.",
    internal="search digest item_ids compared_at due_at",
    delete=True,
)
describe_impersonal(
    ItemCursor,
    "item_type compared_until",
    because="How far new items are compared with saved searches.",
)
describe_impersonal(
    ComparedItem,
    "item_type item_id updated_at",
    because="Items of the last minutes that are compared with saved searches.",
)


@erasure_step
def take_items_out_of_alerts(person: Any) -> None:
    """Remove the items of `person` from what saved searches have reported to others."""
    paths = _paths_of_items(person)
    alerts = Notification.objects.filter(kind="saved_search")
    for batch in id_batches(alerts, BATCH_ROWS) if paths else ():
        found = alerts.filter(pk__in=batch).values_list("pk", "params")
        for pk, params in found:
            items = params.get("items", [])
            left = [item for item in items if item.get("path") not in paths]
            if len(left) < len(items):
                changed = params | {"items": left}
                Notification.objects.filter(pk=pk).update(params=changed)


def _paths_of_items(person: Any) -> set[str]:
    """Return the client paths of all items of `person`."""
    paths = set()
    for row in ITEM_TYPES.values():
        mine = row.model._base_manager.filter(**{row.model.owner_field: person.pk})
        subject = subject_type_of(row.model)
        paths |= {path_of(subject, pk) for pk in mine.values_list("pk", flat=True)}
    return paths
