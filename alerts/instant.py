"""Compare new items with the instant searches, and notify of those that match.

The cost follows the new items: a search that none of them can concern is not read.

`compare_new_items` finds the searches of each new item by the index and writes them
down as candidates, in one transaction with how far it has come. `report_candidates`
asks the lists for the rest of the conditions, and notifies. Any number of workers may
do both at once; one that dies loses nothing, because each transaction is complete.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.exceptions import ValidationError

from accounts.models import Block
from alerts import index, reporting
from alerts.models import (
    OVERLAP,
    Alerted,
    Candidate,
    ComparedItem,
    ItemCursor,
    SavedSearch,
)
from catalog.item_types import ITEM_TYPES, ItemType
from categories import tree
from core.db.locks import locked
from items.models import Item

logger = logging.getLogger("alerts")
BATCH_ITEMS = 1000  # that are compared in one transaction
BATCH_CANDIDATES = 300  # that are decided in one transaction
PAUSE = timedelta(seconds=30)  # before a search that is locked is tried again
PAUSE_AFTER_ERROR = timedelta(minutes=5)
Times = Mapping[int, datetime]  # by the id of an item
Found = dict[SavedSearch, list[Item]]


def compare_new_items(*, at: datetime, ends: float) -> bool:
    """Compare what was posted or changed up to `at`; return whether all of it was.

    Ends after the batch in which `monotonic()` reaches `ends`.
    """
    for row in ITEM_TYPES.values():
        while _compare_batch(row, at=at):
            if monotonic() >= ends:
                return False
    return True


@transaction.atomic
def _compare_batch(row: ItemType, *, at: datetime) -> bool:
    """Compare a batch of items of one type; return whether there may be more."""
    cursor = _lock_cursor(row, at=at)
    if cursor is None:
        return False
    # What is compared is not compared again: by no tree of some seconds ago.
    tree.forget()
    batch = list(_new_items(row, cursor, at=at)[:BATCH_ITEMS])
    if batch:
        items = {pk: slug for pk, slug, _time in batch}
        Candidate.objects.bulk_create(index.candidates_of(row, items, at=at))
        ComparedItem.objects.bulk_create(
            ComparedItem(item_type=row.plural, item_id=pk, updated_at=time)
            for pk, _slug, time in batch
        )
    is_last = len(batch) < BATCH_ITEMS
    until = max(cursor.compared_until, at if is_last else batch[-1][2])
    ItemCursor.objects.filter(pk=cursor.pk).update(compared_until=until)
    # What is older is not found again.
    old = ComparedItem.objects.filter(
        item_type=row.plural, updated_at__lte=until - OVERLAP
    )
    old.delete()
    return not is_last


def _lock_cursor(row: ItemType, *, at: datetime) -> ItemCursor | None:
    """Return the cursor of a type, locked; None while another worker has it."""
    cursors = ItemCursor.objects.filter(pk=row.plural)
    cursor = locked(cursors, skip_locked=True).first()
    if cursor is None and not cursors.exists():
        # The first time. Searches run once before they wait for items, so that nothing
        # older is missed.
        first = ItemCursor(item_type=row.plural, compared_until=at)
        ItemCursor.objects.bulk_create([first], ignore_conflicts=True)
        cursor = locked(cursors, skip_locked=True).first()
    return cursor


def _new_items(
    row: ItemType, cursor: ItemCursor, *, at: datetime
) -> QuerySet[Any, Any]:
    """Return id, category and time of the items to compare, the oldest first.

    Rows can be committed later than their `updated_at`. Therefore this reaches back
    before the cursor, and leaves out what has been compared as it is.
    """
    compared = ComparedItem.objects.filter(
        item_type=row.plural,
        item_id=OuterRef("pk"),
        updated_at=OuterRef("updated_at"),
    )
    rows = row.viewset.visible_rows().filter(
        ~Exists(compared),
        updated_at__gt=cursor.compared_until - OVERLAP,
        updated_at__lte=at,
    )
    rows = rows.select_related(None).order_by("updated_at", "pk")
    return rows.values_list("pk", "category", "updated_at")


def compared_until(item_type: str) -> datetime | None:
    """Return up to when the items of a type were compared, None before the first."""
    cursor = ItemCursor.objects.filter(pk=item_type).first()
    return cursor.compared_until if cursor else None


def report_candidates(*, at: datetime, ends: float) -> bool:
    """Decide the candidates due at `at`; return whether all are decided."""
    while monotonic() < ends:
        try:
            count = _report_batch(at=at)
        except DatabaseError:
            logger.exception("a batch of saved searches failed")
            count = _report_singly(at=at)
        if count < BATCH_CANDIDATES:
            return True
    return False


def _report_singly(*, at: datetime) -> int:
    """Decide the next batch one by one; return how many.

    One search that the database refuses must not stop the others.
    """
    due = Candidate.objects.filter(due_at__lte=at).order_by("pk")
    ids = list(due.values_list("pk", flat=True)[:BATCH_CANDIDATES])
    for pk in ids:
        try:
            _report_batch(at=at, only=pk)
        except DatabaseError:
            logger.exception("a candidate of a saved search failed: %s", pk)
            later = at + PAUSE_AFTER_ERROR
            Candidate.objects.filter(pk=pk).update(due_at=later)
    return len(ids)


@transaction.atomic
def _report_batch(*, at: datetime, only: int | None = None) -> int:
    """Decide a batch of candidates (or `only` one), and notify; return its size."""
    due = Candidate.objects.filter(due_at__lte=at).order_by("pk")
    if only is not None:
        due = due.filter(pk=only)
    # On SQLite a write takes the lock of the whole database; mostly nothing is due.
    if not due.exists():
        return 0
    # skip_locked: a second worker takes the next batch.
    batch = list(locked(due, skip_locked=True)[:BATCH_CANDIDATES])
    found: defaultdict[tuple[int, str], dict[int, datetime]] = defaultdict(dict)
    for candidate in sorted(batch, key=lambda one: one.compared_at):
        times = dict.fromkeys(candidate.item_ids, candidate.compared_at)
        found[candidate.search_id, candidate.digest] |= times
    pks = {candidate.search_id for candidate in batch}
    # Locked, as by a run of the search itself: of the two, the second would report the
    # same items. `skip_locked`: whoever deletes a search waits for its candidates.
    rows = SavedSearch.objects.filter(pk__in=pks).select_related("user")
    searches = list(locked(rows.order_by("pk"), of=("self",), skip_locked=True))
    # One that is not instant any more, or has another query, finds them when it runs.
    ids = {s.pk: found[s.pk, s.digest] for s in searches if s.is_instant}
    reporting.report_each(new_items([s for s in searches if ids.get(s.pk)], ids))
    _finish(batch, {search.pk for search in searches}, at=at)
    return len(batch)


def _finish(batch: list[Candidate], decided: set[int], *, at: datetime) -> None:
    """Delete the candidates that are decided, and those of deleted searches."""
    open_ids = {row.search_id for row in batch} - decided
    present = SavedSearch.objects.filter(pk__in=open_ids)
    waiting = set(present.values_list("pk", flat=True)) if open_ids else set()
    later = [row.pk for row in batch if row.search_id in waiting]
    Candidate.objects.filter(pk__in=later).update(due_at=at + PAUSE)
    done = [row.pk for row in batch if row.search_id not in waiting]
    Candidate.objects.filter(pk__in=done).delete()


def new_items(searches: Iterable[SavedSearch], ids: Mapping[int, Times]) -> Found:
    """Return those of the candidate `ids` of each search that it has to report.

    With each id is the time at which the item was compared.

    The newest first: what the list shows of them, as `matching.new_items` does for one
    search. A search whose list refuses the query is turned off.
    """
    found: Found = {}
    groups: dict[str, list[SavedSearch]] = {}
    for search in searches:
        groups.setdefault(search.item_type, []).append(search)
    for name, group in groups.items():
        row = ITEM_TYPES[name]
        listed = {
            search: {pk: at for pk, at in ids[search.pk].items() if pk in shown}
            for query, same in _by_query(group).items()
            for search, shown in _shown(row, query, same, ids).items()
        }
        found |= _of_others(row, listed)
    return found


def _by_query(searches: list[SavedSearch]) -> dict[str, list[SavedSearch]]:
    """Group the searches by what the index has not decided: most have nothing left."""
    groups: dict[str, list[SavedSearch]] = {}
    for search in searches:
        left = index.other_parameters(search.query)
        groups.setdefault(json.dumps(left, sort_keys=True), []).append(search)
    return groups


def _shown(
    row: ItemType, query: str, searches: list[SavedSearch], ids: Mapping[int, Times]
) -> dict[SavedSearch, set[int]]:
    """Return for each search those ids that the list with the query shows.

    To nobody in particular: people are shown more only of their own items.
    """
    wanted = set().union(*(ids[search.pk] for search in searches))
    try:
        results = row.viewset.results_for(AnonymousUser(), json.loads(query))
    except ValidationError:  # a later version of the list refuses this query
        ids_of_all = [search.pk for search in searches]
        SavedSearch.objects.filter(pk__in=ids_of_all).turn_off()
        index.remove(ids_of_all)
        return {}
    rows = results.everything.filter(pk__in=wanted).order_by()
    shown = set(rows.values_list("pk", flat=True))
    return dict.fromkeys(searches, shown)


def _of_others(row: ItemType, listed: Mapping[SavedSearch, Times]) -> Found:
    """Leave out what is older than the query, and by whom; read the items."""
    wanted: set[int] = set().union(*listed.values())
    if not wanted:
        return {}
    items = row.rows.defer("search_text", "description").in_bulk(wanted)
    parties = row.rows.parties(wanted)
    blocked = _blocks({s.user_id for s in listed}, {i.owner_id for i in items.values()})
    reported = set(
        Alerted.objects.filter(
            search__in=[search.pk for search in listed], item_id__in=wanted
        ).values_list("search", "item_id")
    )
    found: Found = {}
    for search, ids in listed.items():
        new = [
            item
            for item in (items[pk] for pk in ids if pk in items)
            # One that has changed since is compared again as it is now.
            if search.query_changed_at < item.updated_at <= ids[item.pk]
            and item.pk in parties  # it may be deleted meanwhile
            and search.user_id not in parties[item.pk]
            and (search.user_id, item.owner_id) not in blocked
            and (search.pk, item.pk) not in reported
        ]
        new.sort(key=lambda item: (item.updated_at, item.pk), reverse=True)
        if new:
            found[search] = new[: reporting.MAX_ITEMS]
    return found


def _blocks(readers: set[int], owners: set[int]) -> set[tuple[int, int]]:
    """Return the pairs of reader and owner with a block in either direction."""
    pairs = Block.objects.among(readers, owners).values_list("blocker", "blocked")
    return {pair for one, other in pairs for pair in ((one, other), (other, one))}
