"""Count the searches that found nothing, without who searched."""

import logging
import re
from collections import Counter
from datetime import date
from typing import Any

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from core.db.counters import PeriodicFlusher
from core.db.locks import locked
from figures.counting import market_today
from figures.models import MAX_QUERY_CHARS, SearchWithoutResults
from search.text import normalize

logger = logging.getLogger("marketplace.counters")
MAX_QUERIES_PER_DAY = 1_000  # different words that are kept; others are counted alone
MIN_COUNT = 3  # words that were searched less often may be about one person
# An e-mail address, or as many digits as a phone or a personal number has.
PERSONAL = re.compile(r"@|(\d\W*){5}")
Key = tuple[date, str, str]  # day, type of item, words


class SearchCounter(PeriodicFlusher):
    """Counts words in memory, and adds them to their rows every few seconds.

    A process that is killed loses what it has not written.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pending: Counter[Key] = Counter()

    def add(self, item_type: str, query: str) -> None:
        """Count one search; beyond the bound of a day without its words."""
        key = (market_today(), item_type, query)
        with self._lock:
            if key not in self._pending and len(self._pending) >= MAX_QUERIES_PER_DAY:
                key = (key[0], item_type, "")
            self._pending[key] += 1
        self._flush_soon()

    def flush(self) -> int:
        """Write the pending counts; return how many there were.

        Counts that could not be written stay pending.
        """
        with self._lock:
            counts, self._pending = self._pending, Counter()
        if not counts:
            return 0
        try:
            with transaction.atomic():
                for day in sorted({key[0] for key in counts}):
                    _write_day(day, counts)
        except DatabaseError:
            logger.warning("searches were not counted, will be repeated", exc_info=True)
            with self._lock:
                self._pending.update(counts)
        return len(counts)


def _write_day(day: date, counts: Counter[Key]) -> None:
    rows = SearchWithoutResults.objects.filter(day=day)
    known = set(rows.values_list("item_type", "query"))
    # Of two processes at once both may add the last ones: the bound is no exact one.
    free = MAX_QUERIES_PER_DAY - len(known)
    totals: Counter[tuple[str, str]] = Counter()
    for (of_day, item_type, query), count in sorted(counts.items()):
        if of_day != day:
            continue
        if (item_type, query) not in known and query:
            query = query if free > 0 else ""
            free -= 1
        totals[item_type, query] += count
    # In one order: processes that write at once lock rows in the same order.
    for (item_type, query), count in sorted(totals.items()):
        add_to_row(day, item_type, query, count)


def add_to_row(day: date, item_type: str, query: str, count: int) -> None:
    """Add `count` searches to the row of these words, which is made if needed."""
    key = {"day": day, "item_type": item_type, "query": query}
    # ON CONFLICT DO NOTHING: another process may make the row at the same time.
    SearchWithoutResults.objects.bulk_create(
        [SearchWithoutResults(**key)], ignore_conflicts=True
    )
    SearchWithoutResults.objects.filter(**key).update(count=F("count") + count)


COUNTER = SearchCounter()


def count_search(sender: object, item_type: str, query: str, **kwargs: Any) -> None:
    """Count a search that found nothing: the receiver of `search_found_nothing`."""
    COUNTER.add(item_type, kept_words(query))


def kept_words(query: str) -> str:
    """Return the normalized words of a query, "" if they may name somebody."""
    if PERSONAL.search(query):
        return ""
    return normalize(query)[:MAX_QUERY_CHARS].strip()


def rare(*, before: date) -> QuerySet[SearchWithoutResults]:
    """Return the words of earlier days that few have searched."""
    rows = SearchWithoutResults.objects.filter(day__lt=before, count__lt=MIN_COUNT)
    return rows.exclude(query="")


@transaction.atomic
def forget_rare(*, before: date) -> int:
    """Forget the words of earlier days that few have searched; return how many.

    Their searches are counted without words, so that the sum of a day stays.
    """
    # Locked: of two at once the second must not add what the first has added.
    ids = list(locked(rare(before=before).order_by("pk")).values_list("pk", flat=True))
    rows = SearchWithoutResults.objects.filter(pk__in=ids)
    sums = rows.values_list("day", "item_type").annotate(sum=Sum("count"))
    for day, item_type, count in sums.order_by("day", "item_type"):
        add_to_row(day, item_type, "", count)
    rows.delete()
    return len(ids)
