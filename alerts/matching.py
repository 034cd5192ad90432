"""Run the saved searches that are due, and notify of new items: each item once.

Any number of workers may do so at once. Whoever holds the lock on a saved search runs
it. An instant search runs once after it was saved, and then waits for new items, which
`alerts.instant` compares with its index.
"""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import cast

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from rest_framework.exceptions import ValidationError

from accounts.models import Block
from alerts import index, instant, reporting
from alerts.models import Alerted, SavedSearch
from alerts.schedule import next_run
from catalog.item_types import ITEM_TYPES
from core.db.locks import locked
from items.models import Item
from items.querysets import ContentQuerySet

logger = logging.getLogger("alerts")
BATCH_SEARCHES = 100  # that are claimed at once
LEASE = timedelta(minutes=5)  # after it, the searches of a worker that died are due
Frequency = SavedSearch.Frequency


def send_due(*, at: datetime, seconds: float) -> bool:
    """Compare new items with the instant searches, and run those due at `at`.

    For about `seconds`; returns whether all is done.
    """
    ends = monotonic() + seconds
    # Compared first: a search that waits for items from now on must miss none.
    is_compared = instant.compare_new_items(at=at, ends=ends)
    is_done = instant.report_candidates(at=at, ends=ends) and is_compared
    return _run_due(at=at, ends=ends) and is_done


def _run_due(*, at: datetime, ends: float) -> bool:
    while monotonic() < ends:
        count, to_run = claim(at=at)
        for pk in to_run:
            _send_or_log(pk, at=at)
        if count < BATCH_SEARCHES:
            return True
    return False


@transaction.atomic
def claim(*, at: datetime) -> tuple[int, list[int]]:
    """Take a batch of due searches; return its size, and the ids of those to run.

    The others of the batch are done: no item of their type has changed.
    """
    due = SavedSearch.objects.due(at=at)
    # On SQLite the next statement takes the lock of the whole database; this one does
    # not, and mostly nothing is due.
    if not due.exists():
        return 0, []
    # skip_locked: a second worker takes the next batch instead of waiting for this one.
    batch = list(locked(due, skip_locked=True)[:BATCH_SEARCHES])
    changed = _changed_types(batch)
    postponed = index.update(s for s in batch if s.is_instant)
    to_run = []
    for search in batch:
        if search.pk in postponed:
            # Another worker may compare items now and not see the new index. The run
            # must come after that, and find them.
            search.next_at = next_run(search.frequency, user_id=search.user_id, at=at)
        elif search.item_type in changed:
            search.next_at = at + LEASE  # no other worker claims it meanwhile
            to_run.append(search.pk)
        else:
            _mark_run(search, at=at)
    SavedSearch.objects.bulk_update(batch, ["watermark", "next_at", "waiting_digest"])
    return len(batch), to_run


def _changed_types(batch: list[SavedSearch]) -> set[str]:
    """Return the types with items changed since the oldest watermark of the batch."""
    since: dict[str, datetime] = {}
    for search in batch:
        oldest = since.get(search.item_type, search.since)
        since[search.item_type] = min(search.since, oldest)
    return {
        item_type
        for item_type, moment in since.items()
        if _has_changes(ITEM_TYPES[item_type].model, since=moment)
    }


def _has_changes(model: type[Item], *, since: datetime) -> bool:
    return model._default_manager.filter(updated_at__gt=since).exists()


def _send_or_log(pk: int, *, at: datetime) -> None:
    # One search that the database refuses must not stop the others. It is due again
    # after its lease.
    try:
        send(pk, at=at)
    except DatabaseError:
        logger.exception("saved search %s failed", pk)


@transaction.atomic
def send(pk: int, *, at: datetime) -> bool:
    """Run one search and notify of its new items; return whether it notified.

    Does nothing if it has been run at `at` or later, deleted, or turned off.
    """
    rows = SavedSearch.objects.select_related("user")
    # The watermark is compared under the lock: a worker whose lease ran out may have
    # run the search already, and its items would be reported twice. `of`: the user's
    # row, which is joined, stays free.
    search = locked(rows, of=("self",)).filter(pk=pk, watermark__lt=at).first()
    if search is None or search.frequency == Frequency.OFF:
        return False
    try:
        found = new_items(search, at=at)
    except ValidationError:  # a later version of the list refuses this query
        search.frequency, found = Frequency.OFF, []
    _mark_run(search, at=at)
    search.save(update_fields=["frequency", "watermark", "next_at", "waiting_digest"])
    return bool(found) and reporting.report(search, found)


def _mark_run(search: SavedSearch, *, at: datetime) -> None:
    search.waiting_digest = search.digest if search.is_instant else ""
    search.watermark = at
    search.next_at = next_run(search.frequency, user_id=search.user_id, at=at)


def new_items(search: SavedSearch, *, at: datetime) -> list[Item]:
    """Return the items of the list that were posted or changed since the last run.

    Without the user's own, those of people blocked by or blocking the user, and those
    that the search has reported before. Raises `ValidationError` if the list refuses
    the query.
    """
    row, user = ITEM_TYPES[search.item_type], search.user
    results = row.viewset.results_for(user, search.query)
    items = cast(ContentQuerySet, results.everything)
    changed = items.filter(updated_at__gt=search.since, updated_at__lte=at)
    # `since` reaches back before the last run, so that its items are found again.
    reported = Alerted.objects.filter(search=search.pk, item_id=OuterRef("pk"))
    blocks = Block.objects.order_by()
    owner_in = f"{row.model.owner_field}__in"
    new = (
        changed.of_others(user)
        .exclude(**{owner_in: blocks.filter(blocker=user.pk).values("blocked")})
        .exclude(**{owner_in: blocks.filter(blocked=user.pk).values("blocker")})
        .exclude(Exists(reported))
    )
    return list(new.order_by("-updated_at", "-pk")[: reporting.MAX_ITEMS])
