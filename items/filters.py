"""The filters that all types of items share."""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import django_filters as filters
from django.db import connections
from django.db.models import Q, QuerySet

from categories import filters as categories
from categories import tree
from core.api.filters import AmountParam, BooleanParam, IdParam, TextParam
from core.db.lookups import Among
from core.db.models import MAX_PRICE
from core.db.results import (
    MAX_FEW,
    FewByIndex,
    IdsFirst,
    NewestInOrder,
    ResultList,
)
from core.db.unindexed import without_indexes
from items.models import Item
from items.querysets import ContentQuerySet
from search.filters import SearchFilter, parse_categories, split_words
from search.lookups import prefix_regex
from search.text import first_words, parse_terms
from search.vocabulary import are_common

WHOLE_COUNTRY = "visa latvija"
MAX_SORTED = 10_000  # rows that are sorted by what has no index


class ItemFilter(SearchFilter):
    """Filters by place name, pictures, status and owner, besides those of a search.

    A subclass sets `default_status`, the status of a list without the parameter
    `status`, and adds price and order. Orders that no index has are `unindexed_orders`:
    they sort the newest `MAX_SORTED` rows of the list.
    """

    default_status = ""
    unindexed_orders: frozenset[str] = frozenset()  # of the newest rows alone
    has_attributes = False  # whether the query filters by typed fields
    further = {"attr": categories.SCHEMA}  # described, and read by `by_attributes`

    location = TextParam(
        method="in_location",
        help_text="Words of the place; `Visa Latvija` for everywhere.",
    )
    has_images = BooleanParam(
        method="with_images", help_text="Only those with pictures, or without."
    )
    status = TextParam(
        method="in_status",
        help_text="One or several, comma-separated; others' only in public ones.",
    )
    owner = IdParam(method="of_owner", help_text="A person's id.")

    def in_categories(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows in one of the categories, or in one below them."""
        if not (slugs := parse_categories(value)):
            return queryset
        known = tree.of(queryset.model.item_type())
        return queryset.filter(category__in=known.with_descendants(slugs))

    @staticmethod
    def version_for(model: type[Item], query: Mapping[str, str]) -> int:
        """Return a number that changes with what the filters read of categories."""
        return tree.of(model.item_type()).version if query.get("category") else 0

    def in_location(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows whose location has words that begin so."""
        if value.strip().lower() == WHOLE_COUNTRY:
            return queryset
        words = [Q(location__regex=prefix_regex(word)) for word in first_words(value)]
        if not words:
            return queryset.none()
        self.extra_queries += 1
        # The regex has no index. Rare words are found by the full-text index first;
        # for common ones reading on in the list's own order meets enough rows sooner.
        if not are_common(value):
            words.append(Q(search_text__words=parse_terms(value)))
        return queryset.filter(*words)

    def with_images(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Rows with images, or without."""
        return queryset.exclude(images="") if value else queryset.filter(images="")

    def of_owner(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows of one person."""
        return queryset.filter(**{queryset.model.owner_field: int(value)})

    def in_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows in one of the statuses, as `ContentQuerySet.in_status`."""
        rows = cast(ContentQuerySet, queryset)
        return rows.in_status(split_words(value), viewer=self.request.user)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet | ResultList:
        """Return the rows of the list; with an order or typed fields as `IdsFirst`.

        By typed fields, each row that is counted is read, so fewer are.
        """
        found = super().filter_queryset(queryset)
        if isinstance(found, ResultList):
            return found
        orders = list(self.form.cleaned_data.get("ordering") or ())
        # A later one sorts what is equal in the first alone.
        if orders and orders[0].lstrip("-") in self.unindexed_orders:
            max_total = MAX_FEW if self.has_attributes else None
            return NewestInOrder(found, most=MAX_SORTED, max_total=max_total)
        if not self.has_attributes:
            return found if orders in ([], ["-created_at"]) else IdsFirst(found)
        fields = fields_of_category(queryset.model, self.data)
        if connections[found.db].vendor != "postgresql":
            return IdsFirst(found, max_total=MAX_FEW)
        condition, matching = categories.by_texts(found, self.data, fields)
        few = ResultList(found.filter(Among(matching)))
        counted = without_indexes(found).filter(condition)
        return FewByIndex(
            found,
            max_total=MAX_FEW,
            counted=counted,
            few=few,
            matching=matching,
        )

    def filter_rows(self, queryset: QuerySet) -> QuerySet:
        """Filter also by `default_status`, unless `status` is given."""
        queryset = super().filter_rows(queryset)
        if self.default_status and not self.form.cleaned_data.get("status"):
            queryset = self.in_status(queryset, "status", self.default_status)
        fields = fields_of_category(queryset.model, self.data)
        found = categories.by_attributes(queryset, self.data, fields)
        self.has_attributes = found is not queryset
        return found


def fields_of_category(
    model: type[Item], query: Mapping[str, str]
) -> dict[str, categories.Field]:
    """Return the typed fields that a query may filter by: those of its one category."""
    slugs = parse_categories(query.get("category") or "")
    node = tree.of(model.item_type()).nodes.get(slugs[0]) if len(slugs) == 1 else None
    return {field.name: field for field in node.fields} if node else {}


class PriceRange(filters.FilterSet):
    """Filters by the price field of the model."""

    min_price = AmountParam(method="from_price", help_text="At least this much.")
    max_price = AmountParam(method="to_price", help_text="At most this much.")

    def from_price(self, queryset: QuerySet, name: str, value: Decimal) -> QuerySet:
        """Rows of at least this price."""
        return queryset.filter(**{f"{queryset.model.price_field}__gte": _price(value)})

    def to_price(self, queryset: QuerySet, name: str, value: Decimal) -> QuerySet:
        """Rows of at most this price."""
        return queryset.filter(**{f"{queryset.model.price_field}__lte": _price(value)})


def _price(value: Decimal) -> Decimal:
    """Cut a price to what the column can hold: PostgreSQL fails on a larger number."""
    return min(value, Decimal(MAX_PRICE + 1))
