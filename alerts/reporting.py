"""Notify of what saved searches have found, and record it: each item once."""

from collections.abc import Mapping
from typing import Any

from alerts.models import Alerted, SavedSearch
from catalog.item_types import ITEM_TYPES
from items.models import Item
from notifications.bulk import notify_of_each
from notifications.services import notify

MAX_ITEMS = 200  # that one run reports
MAX_LISTED_ITEMS = 10  # of them by their titles


def report(search: SavedSearch, found: list[Item]) -> bool:
    """Notify of the items that one search has found; return whether it notified."""
    # In the transaction of the run, and unique per search and item: a run that is
    # repeated after a rollback reports the same items, and no item is reported twice.
    Alerted.objects.bulk_create(
        Alerted(search=search, item_id=item.pk) for item in found
    )
    params = _params(search, found)
    return notify(search.user, "saved_search", subject=search, **params) is not None


def report_each(found: Mapping[SavedSearch, list[Item]]) -> None:
    """Do as `report` for many searches, by as many queries as for one."""
    Alerted.objects.bulk_create(
        Alerted(search=search, item_id=item.pk)
        for search, items in found.items()
        for item in items
    )
    notify_of_each(
        [
            (search.user, search, _params(search, items))
            for search, items in found.items()
        ],
        "saved_search",
    )


def _params(search: SavedSearch, found: list[Item]) -> dict[str, Any]:
    row, count = ITEM_TYPES[search.item_type], len(found)
    plus = "+" if count == MAX_ITEMS else ""  # there may be more
    params: dict[str, Any] = {
        "name": search.name,
        "count": f"{count}{plus}",
        "items": [row.summary(item) for item in found[:MAX_LISTED_ITEMS]],
    }
    if count > MAX_LISTED_ITEMS:
        params["more"] = f"{count - MAX_LISTED_ITEMS}{plus}"
    return params
