"""The parts that the filters of the three segments share."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import django_filters as filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters.utils import translate_validation
from rest_framework.exceptions import ValidationError

from marketplace.core import geo
from marketplace.core.models import LARGEST_PRICE
from marketplace.core.pagination import CURSOR
from marketplace.core.ranking import Ranked
from marketplace.core.rows import Rows
from marketplace.core.serializers import NO_NUL, NUMERIC_TEXT
from marketplace.core.spelling import beginning, words_of
from search.mending import mended
from search.services import are_common
from search.words import Wanted, stems

LONGEST_SEARCH = 200
EVERYWHERE = {"all", ""}
WHOLE_COUNTRY = "visa latvija"


DIGITS = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
NUMBER = rf"{DIGITS}([eE][+-]?[0-9]+)?"
BOUNDED = rf"{DIGITS}([eE][+-]?[0-3]?[0-9]{{1,2}})?"  # 1e99999999 is work for hours
NO_FINITE = r"([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])"
NUMERIC = re.compile(rf"\s*({NUMBER}|[+-]?{NO_FINITE})\s*", re.ASCII)
NO_NUMBER = {
    "type": "string",
    "pattern": rf"^(?!\s*({NUMBER}|[+-]?{NO_FINITE})\s*$)",
    "description": "Not a number: as if not given.",
}
NOT_GIVEN = {"type": "string", "maxLength": 0}


@dataclass(frozen=True)
class Reader:
    """All that filters know of a request, where there is none."""

    user: object


def asked_of(rows, filterset_class: type, query: Mapping[str, str], reader) -> Rows:
    """Those of `rows` that the parameters `query` ask for, in their order.

    Every public list is made here, and whatever else must agree with it. Raises
    `ValidationError` (400) for what the filters do not take.
    """
    filterset = filterset_class(query, queryset=rows, request=Reader(reader))
    if not filterset.is_valid():
        raise translate_validation(filterset.errors)
    found = filterset.qs
    return found if isinstance(found, Rows) else Rows(found)


class Described:
    """A filter that says in the API's description what exactly it takes."""

    @property
    def shape(self) -> dict:
        raise NotImplementedError


class Words(Described, filters.CharFilter):
    """Text of at most `longest` characters."""

    def __init__(self, *, longest: int = LONGEST_SEARCH, **kwargs):
        self.longest = longest
        super().__init__(max_length=longest, **kwargs)

    @property
    def shape(self) -> dict:
        return {"type": "string", "maxLength": self.longest, "pattern": NO_NUL}


class Id(Described, filters.CharFilter):
    """The id of a row."""

    shape = {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 10**15 - 1}, NOT_GIVEN]
    }

    def __init__(self, **kwargs):
        sentence = _("Give an id: a whole number from 1.")
        rule = RegexValidator(NUMERIC_TEXT.replace("$", r"\Z"), sentence)
        super().__init__(validators=[rule], **kwargs)


class _DecimalText(forms.DecimalField):
    """Digits with a point at most: none of the other spellings Python reads."""

    def to_python(self, value):
        if value and not re.fullmatch(BOUNDED, value.strip(), re.ASCII):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class Amount(Described, filters.NumberFilter):
    """A number from 0 to a thousand million."""

    field_class = _DecimalText
    bound = 10**9

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=self.bound, **kwargs)

    def get_max_validator(self):
        return None  # `max_value` is given

    @property
    def shape(self) -> dict:
        bounds = {"minimum": 0, "maximum": self.bound}
        return {"anyOf": [{"type": "number"} | bounds, NOT_GIVEN]}


class Flag(Described, filters.TypedChoiceFilter):
    """True or false, spelled in any of the usual ways."""

    spellings = {"true": True, "false": False, "1": True, "0": False}
    spellings |= {"True": True, "False": False}

    def __init__(self, **kwargs):
        choices = [(spelling, spelling) for spelling in self.spellings]
        super().__init__(
            choices=choices, coerce=self.spellings.get, empty_value=None, **kwargs
        )

    @property
    def shape(self) -> dict:
        return {"type": "string", "enum": [*self.spellings, ""]}


class Choice(Described, filters.ChoiceFilter):
    """One of the choices."""

    @property
    def shape(self) -> dict:
        choices = getattr(self.extra["choices"], "choices", self.extra["choices"])
        return {"type": "string", "enum": [*(value for value, _name in choices), ""]}


def no_blanks(words: str) -> list[str]:
    return [word.strip().lower() for word in words.split(",") if word.strip()]


def _degrees(bound: int, description: str) -> dict:
    number = {"type": "number", "minimum": -bound, "maximum": bound}
    return {"anyOf": [number, NO_NUMBER], "description": description}


class ItemFilter(filters.FilterSet):
    """Text, category, place, owner, pictures; subclasses add status, price and order.

    Subclasses set `default_status`, `default_radius` (km) and `owner_field`, and the
    `title` by which a search is ranked, if there is one.
    """

    place = {  # read beside the filters: what is no number there counts as not given
        "latitude": _degrees(90, "Of the point to search around, with `longitude`."),
        "longitude": _degrees(180, "Of the same point. Nearest first."),
        "radius": {
            "anyOf": [{"type": "number", "minimum": 0}, NO_NUMBER],
            "description": "In km around the point.",
        },
    }
    default_status = ""
    default_radius = 25.0
    owner_field = "creator"
    title = "title"
    wanted: Wanted = []
    lookups = 0  # queries that the filters themselves have cost

    search = Words(
        method="having_words",
        help_text="Words in the title, description or place, in any form; the best "
        "first. Accents do not matter, and small typos are mended.",
    )
    category = Words(
        method="in_categories",
        help_text="One category or several, comma-separated; `all` for every one.",
    )
    location = Words(
        method="in_location",
        help_text="Words of the place; `Visa Latvija` for everywhere.",
    )
    has_images = Flag(
        method="with_images", help_text="Only those with pictures, or without."
    )
    status = Words(
        method="in_status",
        help_text="One or several, comma-separated; others' only in public ones.",
    )
    owner = Id(method="of_owner", help_text="A person's id.")

    def get_form_class(self):
        """Built once a class: what the filters take depends on no request."""
        kind = type(self)
        if "built_form" not in vars(kind):
            kind.built_form = super().get_form_class()
        return kind.built_form

    def having_words(self, queryset, name, value):
        self.lookups += 1
        self.wanted = mended(value)
        return queryset.filter(search_text__words=self.wanted)

    def in_categories(self, queryset, name, value):
        wanted = no_blanks(value)
        if EVERYWHERE & set(wanted) or not wanted:
            return queryset
        return queryset.filter(category__in=wanted)

    def in_location(self, queryset, name, value):
        if value.strip().lower() == WHOLE_COUNTRY:
            return queryset
        words = [Q(location__regex=beginning(word)) for word in words_of(value)]
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
        return queryset.in_status(no_blanks(value), viewer=self.request.user)

    def filter_queryset(self, queryset):
        centre, radius = self.centre_of(self.data), self.radius_of(self.data)
        queryset = super().filter_queryset(queryset)
        if self.default_status and not self.form.cleaned_data.get("status"):
            queryset = self.in_status(queryset, "status", self.default_status)
        is_ordered = bool(self.form.cleaned_data.get("ordering"))
        if centre is None:
            return queryset if is_ordered else self._ranked(queryset)
        if is_ordered:
            return geo.within(queryset, *centre, radius)
        return geo.Nearest(queryset, *centre, radius, steps=2 - self.lookups)

    def _ranked(self, queryset):
        if not (self.wanted and self.title) or CURSOR in self.data:
            return queryset
        return Ranked(queryset, self.wanted, self.title)

    @staticmethod
    def centre_of(query) -> tuple[float, float] | None:
        """The point to search around, if both coordinates are numbers."""
        latitude = _coordinate(query.get("latitude"), "latitude", 90)
        longitude = _coordinate(query.get("longitude"), "longitude", 180)
        return None if None in (latitude, longitude) else (latitude, longitude)

    @classmethod
    def place_of(cls, query) -> tuple[float, float, float] | None:
        """The point and the km of a search that comes nearest first."""
        centre = cls.centre_of(query)
        if centre is None or query.get("ordering"):
            return None
        return *centre, cls.radius_of(query)

    @classmethod
    def radius_of(cls, query) -> float:
        """In km; at most half the Earth's circumference, beyond which nothing is."""
        radius = number(query.get("radius"))
        if radius is not None and not radius >= 0:
            raise ValidationError({"radius": [_("Give a number of km from 0.")]})
        return min(cls.default_radius if radius is None else radius, 20_100.0)


class Ordering(Described, filters.OrderingFilter):
    """An allow-list; rows that are equal in it come newest first."""

    def __init__(self, *, fields: list[str]):
        self.names = [sign + name for name in fields for sign in ("", "-")]
        names = ", ".join(f"`{name}`" for name in fields)
        sentence = f"By {names}; with `-` from the largest. Several with commas."
        super().__init__(fields=fields, help_text=sentence)

    @property
    def shape(self) -> dict:
        any_of = "|".join(self.names)
        return {"type": "string", "pattern": rf"^(({any_of})(,({any_of}))*)?$"}

    def filter(self, qs, value):
        if not value:
            return qs
        if "" in value:
            raise ValidationError({"ordering": [_("Name what to order by.")]})
        return qs.order_by(*map(self.get_ordering_value, value), "-pk")


class PriceRange(filters.FilterSet):
    min_price = Amount(method="from_price", help_text="At least this much.")
    max_price = Amount(method="to_price", help_text="At most this much.")
    price_field = "price"

    def from_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__gte": _price(value)})

    def to_price(self, queryset, name, value):
        return queryset.filter(**{f"{self.price_field}__lte": _price(value)})


def _price(value: Decimal) -> Decimal:
    """Within what the column can hold, which compares the same with every row."""
    return min(value, Decimal(LARGEST_PRICE + 1))


def _coordinate(text: str | None, name: str, bound: int) -> float | None:
    value = number(text)
    if value is not None and not -bound <= value <= bound:
        sentence = _("Give degrees between -%(bound)s and %(bound)s.")
        raise ValidationError({name: [sentence % {"bound": bound}]})
    return value


def number(text: str | None) -> float | None:
    """`text` as a number; what is none counts as not given."""
    return float(text) if text and NUMERIC.fullmatch(text) else None


def is_nowhere(latitude: float, longitude: float) -> bool:
    """0/0 is what a form sends when nobody picked a place."""
    return math.isclose(latitude, 0) and math.isclose(longitude, 0)
