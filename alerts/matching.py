"""Ask the saved searches again, and tell of what is new: each item once.

However many workers do it at once: a search is asked by who holds its row.
"""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction
from django.db.models import Exists, Model, OuterRef
from rest_framework.exceptions import ValidationError

from accounts.models import Block
from alerts.models import Alerted, SavedSearch
from alerts.schedule import next_run
from catalog.item_types import ITEM_TYPES
from core.db.locks import locked
from notifications.services import notify

logger = logging.getLogger("alerts")
BATCH = 100  # searches that are claimed at once
LEASE = timedelta(minutes=5)  # then those of a worker that died come up again
MOST_FOUND = 200  # items that one turn tells of
MOST_SHOWN = 10  # of them by their titles


def send_due(*, at: datetime, seconds: float) -> bool:
    """Ask what is due at `at`, for about so long. Whether all of it was asked."""
    ends = monotonic() + seconds
    while monotonic() < ends:
        count, busy = claim(at=at)
        for pk in busy:
            _send_or_log(pk, at=at)
        if count < BATCH:
            return True
    return False


@transaction.atomic
def claim(*, at: datetime) -> tuple[int, list[int]]:
    """Take a batch of due searches: how many, and which of them are to be asked.

    The others are done: in their kind nothing has changed.
    """
    due = SavedSearch.objects.due(at=at)
    if not due.exists():  # a read, which on SQLite locks nothing
        return 0, []
    batch = list(locked(due, skip_locked=True)[:BATCH])
    busy = _changed_kinds(batch)
    for search in batch:
        if search.kind in busy:
            search.next_at = at + LEASE
        else:
            _looked(search, at=at)
    SavedSearch.objects.bulk_update(batch, ["watermark", "next_at"])
    return len(batch), [search.pk for search in batch if search.kind in busy]


def _changed_kinds(batch: list[SavedSearch]) -> set[str]:
    since: dict[str, datetime] = {}
    for search in batch:
        since[search.kind] = min(search.since, since.get(search.kind, search.since))
    return {
        kind
        for kind, moment in since.items()
        if ITEM_TYPES[kind].model.objects.filter(updated_at__gt=moment).exists()
    }


def _send_or_log(pk: int, *, at: datetime) -> None:
    """One that the database refuses comes up again after its lease, behind others."""
    try:
        send(pk, at=at)
    except DatabaseError:
        logger.exception("the saved search %s could not be asked", pk)


@transaction.atomic
def send(pk: int, *, at: datetime) -> bool:
    """Tell of what one search finds, unless it was asked in the meantime."""
    rows = SavedSearch.objects.select_related("user")
    search = locked(rows, of=("self",)).filter(pk=pk, watermark__lt=at).first()
    if search is None or search.frequency == SavedSearch.Frequency.OFF:
        return False
    try:
        found = news(search, at=at)
    except ValidationError:  # the list takes this no longer
        search.frequency, found = SavedSearch.Frequency.OFF, []
    _looked(search, at=at)
    search.save(update_fields=["frequency", "watermark", "next_at"])
    return bool(found) and _tell(search, found)


def _looked(search: SavedSearch, *, at: datetime) -> None:
    search.watermark = at
    search.next_at = next_run(search.frequency, user_id=search.user_id, at=at)


def news(search: SavedSearch, *, at: datetime) -> list[Model]:
    """What the list shows now of what was posted or changed since the last look.

    None of it one's own, of people who are blocked either way, or told of before.
    """
    kind, reader = ITEM_TYPES[search.kind], search.user
    rows = kind.viewset.listed_for(reader, search.query).everything
    changed = rows.filter(updated_at__gt=search.since, updated_at__lte=at)
    told = Alerted.objects.filter(search=search.pk, item_id=OuterRef("pk"))
    blocks = Block.objects.order_by()
    owner = f"{rows.owner_field}__in"
    others = (
        changed.of_others(reader)
        .exclude(**{owner: blocks.filter(blocker=reader.pk).values("blocked")})
        .exclude(**{owner: blocks.filter(blocked=reader.pk).values("blocker")})
        .exclude(Exists(told))
    )
    return list(others.order_by("-updated_at", "-pk")[:MOST_FOUND])


def _tell(search: SavedSearch, found: list[Model]) -> bool:
    Alerted.objects.bulk_create(
        Alerted(search=search, item_id=item.pk) for item in found
    )
    kind, count = ITEM_TYPES[search.kind], len(found)
    more = "+" if count == MOST_FOUND else ""  # and perhaps others
    params = {
        "name": search.name,
        "count": f"{count}{more}",
        "items": [kind.line(item) for item in found[:MOST_SHOWN]],
    }
    if count > MOST_SHOWN:
        params["more"] = f"{count - MOST_SHOWN}{more}"
    return notify(search.user, "saved_search", subject=search, **params) is not None
