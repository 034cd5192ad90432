"""The filters that all types of items share."""

from decimal import Decimal
from typing import cast

import django_filters as filters
from django.db.models import Q, QuerySet

from core.api.filters import AmountParam, BooleanParam, IdParam, TextParam
from core.db.models import MAX_PRICE
from items.querysets import ContentQuerySet
from search.filters import SearchFilter, split_words
from search.lookups import prefix_regex
from search.text import first_words, parse_terms
from search.vocabulary import are_common

WHOLE_COUNTRY = "visa latvija"


class ItemFilter(SearchFilter):
    """Filters by place name, pictures, status and owner, besides those of a search.

    A subclass sets `default_status`, the status of a list without the parameter
    `status`, and adds price and order.
    """

    default_status = ""

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

    def filter_rows(self, queryset: QuerySet) -> QuerySet:
        """Filter also by `default_status`, unless `status` is given."""
        queryset = super().filter_rows(queryset)
        if self.default_status and not self.form.cleaned_data.get("status"):
            queryset = self.in_status(queryset, "status", self.default_status)
        return queryset


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
