"""The best rows of a search first."""

from dataclasses import dataclass

from django.db.models import Model

from core.db.prepared import PreparedQuery
from core.db.results import ResultList
from search.text import SearchTerms, matches_prefix, normalize

MOST_RANKED = 200  # of the newest rows; the rest follows newest first


@dataclass(frozen=True)
class RankedResults(ResultList):
    """The rows of `queryset`, which hold the words `wanted`; slice it.

    `queryset` comes newest first. Of its newest `MOST_RANKED` rows those come first
    whose `title` holds more of the words, the newest first among equals. Nobody can
    read on from one of them by cursor.
    """

    wanted: SearchTerms
    title: str

    def __getitem__(self, span: slice) -> list[Model]:
        if span.start >= MOST_RANKED:
            return super().__getitem__(span)
        found = self._titles(max(span.stop, MOST_RANKED))
        best = sorted(found[:MOST_RANKED], key=self._missing)
        ids = [row.pk for row in (best + found[MOST_RANKED:])[span]]
        rows = self.queryset.model._default_manager.for_display().filter(pk__in=ids)
        by_id = {row.pk: row for row in PreparedQuery(rows).rows()}
        return [by_id[pk] for pk in ids if pk in by_id]

    def cursor_for(self, row: Model) -> None:
        return None

    def _titles(self, most: int) -> list[Model]:
        """The newest rows, with nothing but their titles."""
        titles = self.queryset.select_related(None).defer(None).only(self.title)
        return self._kept(("titles", most), lambda: PreparedQuery(titles[:most])).rows()

    def _missing(self, row: Model) -> int:
        """How many of the words the title does not hold."""
        title = normalize(getattr(row, self.title))
        return sum(not matches_prefix(forms, title) for forms in self.wanted)
