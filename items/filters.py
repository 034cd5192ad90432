"""The filters that listings, tasks and offerings share."""

from decimal import Decimal

import django_filters as filters
from django.db.models import Q

from core.api.filters import AmountParam, BooleanParam, IdParam, TextParam
from core.db.models import LARGEST_PRICE
from search.filters import SearchFilter, split_words
from search.lookups import prefix_regex, words_of
from search.text import stems
from search.vocabulary import are_common

WHOLE_COUNTRY = "visa latvija"


class ItemFilter(SearchFilter):
    """Filters by place name, pictures, status and owner, besides those of a search.

    Subclasses set `default_status` and `owner_field`, and add price and order.
    """

    default_status = ""
    owner_field = "creator"

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

    def in_location(self, queryset, name, value):
        if value.strip().lower() == WHOLE_COUNTRY:
            return queryset
        words = [Q(location__regex=prefix_regex(word)) for word in words_of(value)]
        if not words:
            return queryset.none()
        self.lookups += 1
        if not are_common(value):  # few rows: from the index of all their words
            words.append(Q(search_text__words=stems(value)))
        return queryset.filter(*words)

    def with_images(self, queryset, name, value: bool):
        return queryset.exclude(images="") if value else queryset.filter(images="")

    def of_owner(self, queryset, name, value):
        return queryset.filter(**{self.owner_field: int(value)})

    def in_status(self, queryset, name, value):
        return queryset.in_status(split_words(value), viewer=self.request.user)

    def filter_rows(self, queryset):
        queryset = super().filter_rows(queryset)
        if self.default_status and not self.form.cleaned_data.get("status"):
            queryset = self.in_status(queryset, "status", self.default_status)
        return queryset


class PriceRange(filters.FilterSet):
    min_price = AmountParam(method="from_price", help_text="At least this much.")
    max_price = AmountParam(method="to_price", help_text="At most this much.")
    price_field = "price"

    def from_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__gte": _price(value)})

    def to_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__lte": _price(value)})


def _price(value: Decimal) -> Decimal:
    """Within what the column can hold, which compares the same with every row."""
    return min(value, Decimal(LARGEST_PRICE + 1))
