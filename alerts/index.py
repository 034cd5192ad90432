"""The index of instant searches: which of them a new item can concern.

Category, price and place are compared in SQL with all searches at once; all other
parameters are left to the list (`other_parameters`). The index holds what the filters
of the list have parsed, and compares as they do: a test checks that both agree.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    JSONField,
    OuterRef,
    Q,
    Subquery,
)
from rest_framework.exceptions import ValidationError

from alerts.models import Candidate, IndexedSearch, SavedSearch
from catalog.item_types import ITEM_TYPES, ItemType
from categories import filters as categories
from categories import tree
from core.api.lists import FilterRequest
from core.db.models import MAX_PRICE
from geo.circles import (
    PARAM_NAMES,
    BoundingBox,
    Circle,
    CircleKind,
    inside,
    uses_planar_distance,
)
from items.querysets import ContentQuerySet
from search.filters import parse_categories

PRICES = frozenset({"min_price", "max_price"})
PLACE = frozenset({"latitude", "longitude", "radius"})
COMPARED = PRICES | PLACE | {"category"}
CENT = Decimal("0.01")
MAX_SLUG_CHARS = IndexedSearch._meta.get_field("category").max_length or 0


def other_parameters(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a query that the index does not decide.

    Those of typed fields go with their category.
    """
    has_fields = any(name.startswith(categories.PREFIX) for name in query)
    decided = COMPARED - {"category"} if has_fields else COMPARED
    return {name: value for name, value in query.items() if name not in decided}


def update(searches: Iterable[SavedSearch]) -> set[int]:
    """Write the index of each search; return the ids of those that got another one.

    Searches that are not instant have none, nor has one whose list refuses the query.
    """
    wanted: dict[int, list[IndexedSearch]] = {}
    for search in searches:
        try:
            wanted[search.pk] = list(_rows(search))
        except ValidationError:
            wanted[search.pk] = []
    present: dict[int, list[IndexedSearch]] = {pk: [] for pk in wanted}
    for row in IndexedSearch.objects.filter(search__in=list(wanted)):
        present[row.search_id].append(row)
    changed = {pk for pk in wanted if _values(wanted[pk]) != _values(present[pk])}
    if changed:
        IndexedSearch.objects.filter(search__in=changed).delete()
        IndexedSearch.objects.bulk_create(row for pk in changed for row in wanted[pk])
    return {pk for pk in changed if wanted[pk]}


def remove(search_ids: Iterable[int]) -> None:
    """Delete the index of searches that are not instant any more."""
    IndexedSearch.objects.filter(search__in=list(search_ids)).delete()


def _values(rows: list[IndexedSearch]) -> set[tuple[Any, ...]]:
    names = [
        field.attname for field in IndexedSearch._meta.fields if field.name != "id"
    ]
    return {tuple(getattr(row, name) for name in names) for row in rows}


def _rows(search: SavedSearch) -> Iterator[IndexedSearch]:
    """Yield the rows of one search. Raises `ValidationError` as the list does."""
    if not search.is_instant:
        return
    row = ITEM_TYPES[search.item_type]
    filterset: Any = row.filterset(  # django-filter is untyped
        search.query, queryset=row.rows, request=FilterRequest(AnonymousUser())
    )
    if not filterset.is_valid():
        raise ValidationError(filterset.errors)
    values = filterset.form.cleaned_data
    compared = _prices(values) | _circle(filterset, search.query)
    for slug in dict.fromkeys(parse_categories(values["category"])) or [""]:
        if len(slug) > MAX_SLUG_CHARS:  # no item has it; in lower case texts grow
            continue
        yield IndexedSearch(
            search=search,
            digest=search.digest,
            item_type=search.item_type,
            category=slug,
            **compared,
        )


def _prices(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices in cents, as prices are: no item lies between."""
    low, high = values["min_price"], values["max_price"]
    most = Decimal(MAX_PRICE + 1)
    return {
        "min_price": None if low is None else _cents(min(low, most), ROUND_CEILING),
        "max_price": None if high is None else _cents(min(high, most), ROUND_FLOOR),
    }


def _cents(price: Decimal, rounding: str) -> Decimal:
    return price.quantize(CENT, rounding=rounding)


def _circle(filterset: Any, query: Mapping[str, str]) -> dict[str, Any]:
    centre, km = filterset.centre_of(query), filterset.radius_of(query)
    if centre is None:
        return {}
    latitude, longitude = centre
    is_planar = uses_planar_distance(latitude, longitude, km)
    circle = Circle(latitude, longitude, km, is_planar)
    kind = circle.kind
    return {"is_planar": kind.is_planar, "bounding_box": kind.bounding_box.value} | {
        name: circle.numbers[name] for name in PARAM_NAMES
    }


class _Ids(Func):
    """The ids of all rows of a subquery, as one JSON array."""

    function = "jsonb_agg"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, function="json_group_array", **more)


def candidates_of(
    row: ItemType, items: Mapping[int, str], *, at: datetime
) -> list[Candidate]:
    """Return the searches that items can concern, as new candidates due at `at`.

    `items` are the ids of items of the type, each with its category.
    """
    by_category: dict[str, list[int]] = {}
    for pk, slug in items.items():
        by_category.setdefault(slug, []).append(pk)
    found: dict[int, list[int]] = {}  # by the ids of the index
    known = tree.of(row.plural)
    kinds = _kinds(row)
    for slug, ids in by_category.items():
        above = [*known.with_ancestors(slug), ""]
        for kind in kinds:
            for pk, indexed in _compare(row, ids, above, kind):
                for index_id in indexed or ():
                    found.setdefault(index_id, []).append(pk)
    # Rows that are gone meanwhile are of an earlier query. The new one runs once, and
    # finds these items.
    rows = IndexedSearch.objects.filter(pk__in=list(found)).order_by("search")
    names = rows.values_list("pk", "search", "digest")
    return [
        Candidate(
            search_id=search,
            digest=digest,
            item_ids=found[pk],
            compared_at=at,
            due_at=at,
        )
        for pk, search, digest in names.iterator()
    ]


def _kinds(row: ItemType) -> list[CircleKind | None]:
    """Return the kinds of circles that searches of the type have; None for none."""
    used = IndexedSearch.objects.filter(item_type=row.plural).order_by()
    return [
        CircleKind(is_planar, BoundingBox(box)) if box else None
        for is_planar, box in used.values_list("is_planar", "bounding_box").distinct()
    ]


def _of_item(name: str) -> ExpressionWrapper:
    return ExpressionWrapper(OuterRef(name), output_field=FloatField())


def _compare(
    row: ItemType, ids: list[int], slugs: list[str], kind: CircleKind | None
) -> Iterator[tuple[int, list[int] | None]]:
    """Yield each item with the ids in the index of what it concerns of one kind."""
    price = OuterRef(row.model.price_field)
    searches = IndexedSearch.objects.filter(
        Q(min_price=None) | Q(min_price__lte=price),
        Q(max_price=None) | Q(max_price__gte=price),
        item_type=row.plural,
        category__in=slugs,
        bounding_box=kind.bounding_box.value if kind else "",
        is_planar=kind.is_planar if kind else False,
    )
    if kind:
        # The other way round: the rows are circles, and the point is of the item.
        searches = searches.alias(
            public_latitude=_of_item("public_latitude"),
            public_longitude=_of_item("public_longitude"),
        )
        numbers: dict[str, Any] = {name: F(name) for name in PARAM_NAMES}
        searches = inside(searches, kind, numbers)
    found = Subquery(searches.order_by().annotate(ids=_Ids("pk")).values("ids"))
    items: ContentQuerySet = row.rows.filter(pk__in=ids).order_by()
    yield from items.annotate(found=found).values_list("pk", "found").iterator()
