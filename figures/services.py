"""Count the figures of days from the rows, and store them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from core.db.locks import process_lock
from figures.counting import figures_of, market_today
from figures.figure import Figure
from figures.models import DailyFigure
from figures.registry import all_figures

LOCK_ID = 7_205_759_407  # of the writers of figures; any number no other code locks
MAX_DAYS = 31  # that one query counts
BATCH_ROWS = 2_000
COLUMNS = ("day", "name", "category", "place", "value")


def count_recent_days() -> int:
    """Count yesterday and today, and days before that were missed; return the rows.

    The first time it counts all days.
    """
    today = market_today()
    last_counted = DailyFigure.objects.aggregate(Max("day"))["day__max"]
    if last_counted is None:
        return rebuild()
    # Yesterday again: some of its rows were written after it was counted.
    return rebuild(min(last_counted, today - timedelta(days=1)), today)


def rebuild(
    first: date | None = None,
    last: date | None = None,
    *,
    progress: Callable[[date], object] = id,
) -> int:
    """Count the days from `first` to `last` again; return the number of rows.

    Without them, from the first day that has rows, and until today. Calls `progress`
    with the last day of each part that is written. The figures of days whose rows have
    been deleted since stay as they are. Whoever runs it at the same time waits.
    """
    today = market_today()
    last = min(last or today, today)
    count = 0
    # A lock: two that delete and insert the same days would meet in the constraint.
    with process_lock(LOCK_ID):
        first = first or _first_day(today)
        while first <= last:
            end = min(first + timedelta(days=MAX_DAYS - 1), last)
            count += write_days(first, end, today)
            progress(end)
            first = end + timedelta(days=1)
    return count


@transaction.atomic
def write_days(first: date, last: date, today: date) -> int:
    """Replace the figures of some days in one transaction; return the new rows."""
    begins = [
        (figure, max(first, figure.oldest_complete_day(today)))
        for figure in all_figures().values()
    ]
    spans = [(figure, begin) for figure, begin in begins if begin <= last]
    names: dict[date, list[str]] = defaultdict(list)  # by the first day
    for figure, begin in spans:
        names[begin].append(figure.name)
    counted = (
        Q(name__in=of_day, day__range=(begin, last)) for begin, of_day in names.items()
    )
    rows = figures_of(spans, last)
    _replace(DailyFigure.objects.filter(reduce(or_, counted)), rows)
    return len(rows)


def _replace(old: QuerySet[DailyFigure], rows: list[DailyFigure]) -> None:
    """Let the table have `rows` in place of `old`, writing only what differs."""
    found = {tuple(values): pk for pk, *values in old.values_list("pk", *COLUMNS)}
    wanted = {tuple(getattr(row, name) for name in COLUMNS): row for row in rows}
    gone = [pk for values, pk in found.items() if values not in wanted]
    # Deleted first: a changed one has the same day, name, category and place.
    for start in range(0, len(gone), BATCH_ROWS):
        DailyFigure.objects.filter(pk__in=gone[start : start + BATCH_ROWS]).delete()
    DailyFigure.objects.bulk_create(
        (row for values, row in wanted.items() if values not in found),
        batch_size=BATCH_ROWS,
    )


def _first_day(today: date) -> date:
    return min(
        [today, *(day for figure in all_figures().values() for day in _days(figure))]
    )


def _days(figure: Figure) -> Iterator[date]:
    """Yield the day of the oldest row of a figure, if there is one."""
    oldest = figure.rows().aggregate(oldest=Min(figure.day))["oldest"]
    if oldest is not None:
        zone = timezone.get_default_timezone()
        yield oldest if figure.is_date else timezone.localdate(oldest, zone)
