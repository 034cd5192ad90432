"""What keeps the lists of the admin quick, however long they are."""

from django.contrib.admin import AllValuesFieldListFilter
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import F, Model, Q, QuerySet
from django.utils.functional import cached_property

from core.db.results import ResultList

MOST_RELATED = 1_000  # rows behind a foreign key that a search looks at
REMEMBERED = 600  # seconds


class BoundedPaginator(Paginator):
    """Counts, and reaches, `most_counted` rows at most: staff search for the others."""

    most_counted = 1_000

    @cached_property
    def count(self) -> int:
        return ResultList(self.object_list).count_up_to(self.most_counted)

    @property
    def template_name(self) -> str:
        full = self.count == self.most_counted
        return "admin/many.html" if full else "unfold/helpers/pagination_default.html"


class CachedValuesFilter(AllValuesFieldListFilter):
    """Offers the values of some minutes ago: to list them reads the whole table."""

    def __init__(self, field, *args, **kwargs):
        super().__init__(field, *args, **kwargs)
        values = self.lookup_choices
        key = f"values:{field.model._meta.label_lower}.{field.name}"
        self.lookup_choices = cache.get_or_set(key, lambda: list(values), REMEMBERED)


def search_q(model: type[Model], path: str, words: str) -> Q:
    """Rows of `model` whose field holds the words; `path` ends with the lookup.

    What a foreign key leads to is looked up first: no index spans two tables, and
    PostgreSQL would join them whole. Unordered, as their index finds them: in the
    order of another it would read the words of every row.
    """
    name, _underscores, rest = path.partition("__")
    field = model._meta.get_field(name)
    if not field.is_relation:
        return Q(**{path: words})
    related = field.related_model
    found = related._base_manager.filter(search_q(related, rest, words))
    ids = found.order_by().values_list("pk", flat=True)[:MOST_RELATED]
    return Q(**{f"{name}__in": list(ids)})


def newest_ids(rows: QuerySet) -> list[int]:
    """Of `MOST_RELATED` rows at most, found first and sorted then.

    By `pk` alone PostgreSQL would read the table backwards until it met enough.
    """
    newest = rows.order_by((F("pk") + 0).desc())
    return list(newest.values_list("pk", flat=True)[:MOST_RELATED])
