"""Changelists that stay fast on tables of millions of rows."""

from typing import Any, cast

from django.contrib.admin import AllValuesFieldListFilter
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import F, Field, Model, Q, QuerySet
from django.utils.functional import cached_property

from core.db.results import ResultList

MAX_RELATED_ROWS = 1_000  # rows of a related table that a search reads
VALUES_CACHE_TTL_S = 600


class BoundedPaginator(Paginator):
    """Counts at most `max_count` rows, and has pages for no more than these.

    A full count of a large table takes seconds; staff find later rows by searching.
    """

    max_count = 1_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most `max_count`."""
        rows = cast(QuerySet[Any], self.object_list)
        return ResultList(rows).count_up_to(self.max_count)

    @property
    def template_name(self) -> str:
        """Return the path of the template; another where there may be more rows."""
        full = self.count == self.max_count
        return (
            "admin/pagination_capped.html"
            if full
            else "unfold/helpers/pagination_default.html"
        )


class CachedValuesFilter(AllValuesFieldListFilter):
    """A filter over the values in a column, read again every `VALUES_CACHE_TTL_S`.

    Django would read the whole table for them on each request.
    """

    def __init__(self, field: Field, *args: Any, **kwargs: Any):
        super().__init__(field, *args, **kwargs)
        values = self.lookup_choices
        key = f"values:{field.model._meta.label_lower}.{field.name}"
        # `lookup_choices` is a lazy queryset: on a hit it is never evaluated.
        choices = cache.get_or_set(key, lambda: list(values), VALUES_CACHE_TTL_S)
        self.lookup_choices = cast(
            QuerySet[Any], choices
        )  # a list is iterated all the same


def search_q(model: type[Model], path: str, text: str) -> Q:
    """Return a condition on `model` for `text` in the field of `path`.

    `path` ends with the lookup, such as `actor__search_text__words`. Across a foreign
    key at most `MAX_RELATED_ROWS` related rows are read, and their ids become the
    condition.
    """
    name, _underscores, rest = path.partition("__")
    field = model._meta.get_field(name)
    if not field.is_relation:
        return Q(**{path: text})
    related = cast(type[Model], field.related_model)
    found = related._base_manager.filter(search_q(related, rest, text))
    # Two queries, as no index spans both tables and PostgreSQL would join them whole.
    # No ordering: with one, it may walk the index of that order and test every row,
    # instead of the text index.
    ids = found.order_by().values_list("pk", flat=True)[:MAX_RELATED_ROWS]
    return Q(**{f"{name}__in": list(ids)})


def newest_ids(rows: QuerySet[Any]) -> list[int]:
    """Return the ids of the newest `MAX_RELATED_ROWS` of `rows`, newest first."""
    # `pk + 0` matches no index. By `pk` alone PostgreSQL would walk the primary key
    # backwards and test every row until it had enough.
    newest = rows.order_by((F("pk") + 0).desc())
    return list(newest.values_list("pk", flat=True)[:MAX_RELATED_ROWS])
