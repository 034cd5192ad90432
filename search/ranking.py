"""Search results in order of relevance."""

from dataclasses import dataclass
from functools import cache

from django.db.models import Model, QuerySet

from core.db.prepared import Param
from core.db.results import ResultList
from search.text import SearchTerms, matches_prefix, normalize

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

    def _titles(self, max_rows: int) -> list[Model]:
        """Return the newest rows, of which only the title is read."""
        rows = self.queryset.select_related(None).defer(None).only(self.title)
        return self.queries.rows(("titles", max_rows), lambda: rows[:max_rows])

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
