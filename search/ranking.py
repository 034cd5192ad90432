"""Search results in order of relevance."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet

from core.db.prepared import Param
from core.db.results import ResultList
from search.text import SearchTerms, matches_prefix, normalize

# In the text of the query, so that the planner knows how few rows are newer.
SINCE = {"since": Param("since", datetime, inline=True)}
MAX_RANKED_ROWS = 200  # of the newest rows; the others follow, newest first


@dataclass(frozen=True)
class RankedResults(ResultList):
    """The rows of `queryset`, all of which contain the words of `terms`; slice it.

    `queryset` is ordered newest first. Among its newest `MAX_RANKED_ROWS` rows, those
    come first whose field `title` contains more of the words, the newest first among
    equals. There is no cursor into this order.
    """

    terms: SearchTerms
    title: str
    # The oldest of the newest rows, by their number, as an earlier request has read
    # them. Threads share it without a lock: an old one costs a query, and no row.
    oldest: dict[int, datetime] = field(
        default_factory=dict, compare=False, repr=False, kw_only=True
    )

    def __getitem__(self, span: slice) -> list[Model]:
        if span.start >= MAX_RANKED_ROWS:
            return super().__getitem__(span)
        newest = self._titles(max(span.stop, MAX_RANKED_ROWS))
        best = sorted(newest[:MAX_RANKED_ROWS], key=self._missing_words)
        ids = [row.pk for row in (best + newest[MAX_RANKED_ROWS:])[span]]
        # A row may have been deleted since its title was read.
        by_id = {row.pk: row for row in self._rows(ids)}
        return [by_id[pk] for pk in ids if pk in by_id]

    def cursor_for(self, row: Model) -> None:
        """Return None: this order has no cursors."""

    def _titles(self, max_rows: int) -> list[Any]:
        """Return the newest rows, of which only the title and the time are read.

        To find the newest of a frequent word, all rows with it are read and sorted. If
        there are still as many since the oldest of those that were found before, they
        are the newest, and PostgreSQL reads no others: it intersects two indexes.
        """
        rows = self.queryset.select_related(None).defer(None)
        rows = rows.only(self.title, "created_at")
        if since := self.oldest.get(max_rows):
            newest = self.queries.rows(
                ("titles since", max_rows),
                lambda since: rows.filter(created_at__gte=since)[:max_rows],
                SINCE,
                {"since": since},
            )
            if len(newest) == max_rows:
                return newest
        newest = self.queries.rows(("titles", max_rows), lambda: rows[:max_rows])
        if len(newest) == max_rows:
            self.oldest[max_rows] = newest[-1].created_at
        return newest

    def _rows(self, ids: list[int]) -> list[Model]:
        """Return the rows with all fields for display, in any order."""
        params = _id_params(len(ids))
        values = dict(zip(params, ids, strict=True))
        return self.queries.rows(("ids", len(ids)), self._with_ids, params, values)

    def _with_ids(self, **ids: int | Param) -> QuerySet:
        rows = self.queryset.model._default_manager.for_display()
        return rows.filter(pk__in=list(ids.values()))

    def _missing_words(self, row: Model) -> int:
        """Return how many of the words the title does not contain."""
        title = normalize(getattr(row, self.title))
        return sum(not matches_prefix(forms, title) for forms in self.terms)


@cache
def _id_params(count: int) -> dict[str, Param]:
    """Return a parameter for each id, so that pages of one size share one query."""
    return {name: Param(name, int) for name in (f"id_{n}" for n in range(count))}
