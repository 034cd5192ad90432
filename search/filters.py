"""The filters of a search by text, category, place and owner."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.filters import TextParam
from core.api.pagination import CURSOR
from geo.circles import within
from geo.filters import NOT_A_NUMBER, coordinate, degrees_schema, parse_float
from geo.nearest import Nearest
from search.ranking import RankedResults
from search.text import SearchTerms
from search.typos import correct

EVERYWHERE = {"all", ""}


WHOLE_COUNTRY = "visa latvija"


def split_words(words: str) -> list[str]:
    return [word.strip().lower() for word in words.split(",") if word.strip()]


class SearchFilter(filters.FilterSet):
    """Filters by words, category, and the point to search around.

    Subclasses set `default_radius` (km), and the `title` by which a search is ranked,
    if there is one.
    """

    place = {  # read beside the filters: what is no number there counts as not given
        "latitude": degrees_schema(
            90, "Of the point to search around, with `longitude`."
        ),
        "longitude": degrees_schema(180, "Of the same point. Nearest first."),
        "radius": {
            "anyOf": [{"type": "number", "minimum": 0}, NOT_A_NUMBER],
            "description": "In km around the point.",
        },
    }
    default_radius = 25.0
    title = "title"
    wanted: SearchTerms = []
    lookups = 0  # queries that the filters themselves have cost

    search = TextParam(
        method="having_words",
        help_text="Words in the title, description or place, in any form; the best "
        "first. Accents do not matter, and small typos are mended.",
    )
    category = TextParam(
        method="in_categories",
        help_text="One category or several, comma-separated; `all` for every one.",
    )

    def get_form_class(self):
        """Built once a class: what the filters take depends on no request."""
        kind = type(self)
        if "built_form" not in vars(kind):
            kind.built_form = super().get_form_class()
        return kind.built_form

    def having_words(self, queryset, name, value):
        self.lookups += 1
        self.wanted = correct(value)
        return queryset.filter(search_text__words=self.wanted)

    def in_categories(self, queryset, name, value):
        wanted = split_words(value)
        if EVERYWHERE & set(wanted) or not wanted:
            return queryset
        return queryset.filter(category__in=wanted)

    def filter_queryset(self, queryset):
        centre, radius = self.centre_of(self.data), self.radius_of(self.data)
        queryset = self.filter_rows(queryset)
        is_ordered = bool(self.form.cleaned_data.get("ordering"))
        if centre is None:
            return queryset if is_ordered else self._ranked(queryset)
        if is_ordered:
            return within(queryset, *centre, radius)
        return Nearest(queryset, *centre, radius, max_small_circles=2 - self.lookups)

    def filter_rows(self, queryset):
        """The rows that match, before they are cut by place and ranked."""
        return super().filter_queryset(queryset)

    def _ranked(self, queryset):
        if not (self.wanted and self.title) or CURSOR in self.data:
            return queryset
        return RankedResults(queryset, self.wanted, self.title)

    @staticmethod
    def centre_of(query) -> tuple[float, float] | None:
        """The point to search around, if both coordinates are numbers."""
        latitude = coordinate(query.get("latitude"), "latitude", 90)
        longitude = coordinate(query.get("longitude"), "longitude", 180)
        return None if None in (latitude, longitude) else (latitude, longitude)

    @classmethod
    def circle_of(cls, query) -> tuple[float, float, float] | None:
        """The point and the km of a search that comes nearest first."""
        centre = cls.centre_of(query)
        if centre is None or query.get("ordering"):
            return None
        return *centre, cls.radius_of(query)

    @classmethod
    def radius_of(cls, query) -> float:
        """In km; at most half the Earth's circumference, beyond which nothing is."""
        radius = parse_float(query.get("radius"))
        if radius is not None and not radius >= 0:
            raise ValidationError({"radius": [_("Give a number of km from 0.")]})
        return min(cls.default_radius if radius is None else radius, 20_100.0)
