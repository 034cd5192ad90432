"""The filters of a search by text, category, place and owner."""

from collections.abc import Mapping

import django_filters as filters
from django.db.models import QuerySet
from django.forms import Form
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.filters import TextParam
from core.api.pagination import CURSOR
from core.api.params import normalize_category
from core.db.results import ResultList
from geo.circles import within
from geo.filters import NOT_A_NUMBER, coordinate, degrees_schema, parse_float
from geo.nearest import Nearest
from search.ranking import RankedResults
from search.text import SearchTerms
from search.typos import correct

ALL_CATEGORIES = {"all", ""}
MAX_RADIUS_KM = 20_100.0  # half the circumference of the Earth
NEAREST_STEPS = 2


def split_words(words: str) -> list[str]:
    """Return comma-separated words, in lower case."""
    return [word.strip().lower() for word in words.split(",") if word.strip()]


def parse_categories(value: str) -> list[str]:
    """Return the categories in comma-separated text; none where it asks for all."""
    categories = [normalize_category(word) for word in split_words(value)]
    return [] if ALL_CATEGORIES & set(categories) else categories


class SearchFilter(filters.FilterSet):
    """Filters by words, category, and the point to search around.

    Subclasses set `default_radius` (km), and `title`, the field by which results are
    ranked, if there is one.
    """

    # Parameters that are no filters of a field. A value that is no number is ignored.
    place = {
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
    terms: SearchTerms = []
    extra_queries = 0  # that the filters themselves have run

    search = TextParam(
        method="with_words",
        help_text="Words in the title, description or place, in any form; the best "
        "first. Accents do not matter, and typos are corrected.",
    )
    category = TextParam(
        method="in_categories",
        help_text="One category or several, comma-separated; `all` for every one.",
    )

    def get_form_class(self) -> type[Form]:
        """Return the form class, built once for each class of filters."""
        # django-filter builds the class for each request, although it depends on none.
        filterset = type(self)
        if "_form_class" not in vars(filterset):  # not that of a parent
            filterset._form_class = super().get_form_class()
        return filterset._form_class

    def with_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return rows with the words of the query, typos corrected."""
        self.extra_queries += 1
        self.terms = correct(value)
        return queryset.filter(search_text__words=self.terms)

    def in_categories(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Return rows in one of the categories."""
        categories = parse_categories(value)
        return queryset.filter(category__in=categories) if categories else queryset

    def filter_queryset(self, queryset: QuerySet) -> QuerySet | ResultList:
        """Return the rows of the list: a queryset, `Nearest` or `RankedResults`."""
        centre, radius = self.centre_of(self.data), self.radius_of(self.data)
        queryset = self.filter_rows(queryset)
        is_ordered = bool(self.form.cleaned_data.get("ordering"))
        if centre is None:
            return queryset if is_ordered else self._ranked(queryset)
        if is_ordered:
            return within(queryset, *centre, radius)
        # A search around a point runs up to two queries. Those of the filters count
        # among them, so that no request runs more.
        return Nearest(
            queryset,
            *centre,
            radius,
            max_small_circles=NEAREST_STEPS - self.extra_queries,
        )

    def filter_rows(self, queryset: QuerySet) -> QuerySet:
        """Return the rows that match, before they are cut by place and ranked."""
        return super().filter_queryset(queryset)

    def _ranked(self, queryset: QuerySet) -> QuerySet | ResultList:
        if not (self.terms and self.title) or CURSOR in self.data:
            return queryset
        return RankedResults(queryset, self.terms, self.title)

    @staticmethod
    def centre_of(query: Mapping[str, str]) -> tuple[float, float] | None:
        """Return the latitude and longitude in degrees, None unless both are numbers.

        Raises `ValidationError` (400) for numbers that are no degrees.
        """
        latitude = coordinate(query.get("latitude"), "latitude", 90)
        longitude = coordinate(query.get("longitude"), "longitude", 180)
        if latitude is None or longitude is None:
            return None
        return latitude, longitude

    @classmethod
    def circle_of(cls, query: Mapping[str, str]) -> tuple[float, float, float] | None:
        """Return latitude, longitude and km; None if not in order of distance."""
        centre = cls.centre_of(query)
        if centre is None or query.get("ordering"):
            return None
        return *centre, cls.radius_of(query)

    @classmethod
    def radius_of(cls, query: Mapping[str, str]) -> float:
        """Return the radius in km, at most `MAX_RADIUS_KM`.

        Raises `ValidationError` (400) for a negative one.
        """
        radius = parse_float(query.get("radius"))
        if radius is not None and not radius >= 0:
            raise ValidationError({"radius": [_("Give a number of km from 0.")]})
        return min(cls.default_radius if radius is None else radius, MAX_RADIUS_KM)
