"""The parts that the filters of the three segments share."""

import math

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from marketplace.core import geo
from marketplace.core.search import matches

LONGEST_SEARCH = 200
EVERYWHERE = {"all", ""}
WHOLE_COUNTRY = "visa latvija"


def no_blanks(words: str) -> list[str]:
    return [word.strip().lower() for word in words.split(",") if word.strip()]


class NumberFilter(filters.NumberFilter):
    """A number that fits a column; 1e99999999 would keep a process busy for hours."""

    def __init__(self, *, min_value: int = 0, max_value: int = 2**53, **kwargs):
        bounds = {"min_value": min_value, "max_value": max_value}
        super().__init__(max_digits=22, decimal_places=6, **bounds, **kwargs)


class ItemFilter(filters.FilterSet):
    """Text, category, place, owner, pictures; subclasses add status, price and order.

    Subclasses set `default_status`, `default_radius` (km) and `owner_field`.
    """

    default_status = ""
    default_radius = 25.0
    owner_field = "creator"

    search = filters.CharFilter(
        method="having_words",
        max_length=LONGEST_SEARCH,
        help_text="Words in the title, description or place; accents do not matter.",
    )
    category = filters.CharFilter(
        method="in_categories",
        max_length=LONGEST_SEARCH,
        help_text="One category or several, comma-separated; `all` for every one.",
    )
    location = filters.CharFilter(
        method="in_location",
        max_length=LONGEST_SEARCH,
        help_text="Words of the place; `Visa Latvija` for everywhere.",
    )
    has_images = filters.BooleanFilter(method="with_images")
    status = filters.CharFilter(
        method="in_status", max_length=LONGEST_SEARCH, help_text="One, or several."
    )
    owner = NumberFilter(method="of_owner", min_value=1, help_text="A person's id.")

    def having_words(self, queryset, name, value):
        return queryset.filter(matches(value))

    def in_categories(self, queryset, name, value):
        wanted = no_blanks(value)
        if EVERYWHERE & set(wanted) or not wanted:
            return queryset
        return queryset.filter(category__in=wanted)

    def in_location(self, queryset, name, value):
        if value.strip().lower() == WHOLE_COUNTRY:
            return queryset
        return queryset.filter(location__icontains=value.strip())

    def with_images(self, queryset, name, value):
        return queryset.exclude(images="") if value else queryset.filter(images="")

    def of_owner(self, queryset, name, value):
        return queryset.filter(**{self.owner_field: int(value)})

    def in_status(self, queryset, name, value):
        return queryset.in_status(no_blanks(value), viewer=self.request.user)

    def filter_queryset(self, queryset):
        if centre := self.centre_of(self.data):
            queryset = geo.near(queryset, *centre, self.radius())
        queryset = super().filter_queryset(queryset)
        if self.default_status and not self.form.cleaned_data.get("status"):
            queryset = self.in_status(queryset, "status", self.default_status)
        return queryset

    @staticmethod
    def centre_of(query) -> tuple[float, float] | None:
        """The point to search around, if both coordinates are numbers."""
        latitude = _coordinate(query.get("latitude"), "latitude", 90)
        longitude = _coordinate(query.get("longitude"), "longitude", 180)
        return None if None in (latitude, longitude) else (latitude, longitude)

    def radius(self) -> float:
        """In km; at most half the Earth's circumference, beyond which nothing is."""
        radius = _number(self.data.get("radius"))
        if radius is not None and not radius >= 0:
            raise ValidationError({"radius": [_("Give a number of km from 0.")]})
        return min(self.default_radius if radius is None else radius, 20_100.0)


class Ordering(filters.OrderingFilter):
    """An allow-list; rows that are equal in it come newest first."""

    def filter(self, qs, value):
        if not value:
            return qs
        return qs.order_by(*map(self.get_ordering_value, value), "-pk")


class PriceRange(filters.FilterSet):
    min_price = NumberFilter(method="from_price", max_value=10**9)
    max_price = NumberFilter(method="to_price", max_value=10**9)
    price_field = "price"

    def from_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__gte": value})

    def to_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__lte": value})


def _coordinate(text: str | None, name: str, bound: int) -> float | None:
    value = _number(text)
    if value is not None and not -bound <= value <= bound:
        sentence = _("Give degrees between -%(bound)s and %(bound)s.")
        raise ValidationError({name: [sentence % {"bound": bound}]})
    return value


def _number(text: str | None) -> float | None:
    """`text` as a number; what is none counts as not given."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def is_nowhere(latitude: float, longitude: float) -> bool:
    """0/0 is what a form sends when nobody picked a place."""
    return math.isclose(latitude, 0) and math.isclose(longitude, 0)
