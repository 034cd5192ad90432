"""What goes in is strict; what goes out is a plain dict, quickly.

`Input` and `Output` are never the same class. The input fields below refuse values of
the wrong JSON type instead of bending them.
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache, cached_property
from operator import attrgetter
from unicodedata import normalize

from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from marketplace.core.geo import haversine_km
from marketplace.core.models import LARGEST_PRICE

NUMERIC_TEXT = r"^[1-9][0-9]{0,14}$"
NO_NUL = r"^[^\x00]*$"
SOME_WORD = r"^[^\x00]*[^\s\x00\x1c-\x1f][^\x00]*$"  # and not only blanks
TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
ZONE = r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
DATE = (  # 29 February passes too, in its years
    r"(19[7-9][0-9]|[2-8][0-9]{3})-"
    r"((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)


class Output(serializers.Serializer):
    """Read-only. Its declared fields are the schema; the rows become plain dicts.

    DRF walks every field of every row through generic code; here what is shown as it is
    is read at once, for the renderer knows times and decimals. Fields keep DRF's
    meaning of `source`. Those named in `optional` are in the schema, and in a row when
    a subclass puts them there.
    """

    optional: frozenset[str] = frozenset()

    @cached_property
    def viewer(self):
        """Who is reading: a user, or None for somebody not signed in."""
        request = self.context.get("request")
        user = request.user if request else None
        return user if user is not None and user.is_authenticated else None

    def absolute(self, url: str | None) -> str | None:
        """A site path as a full URL, so that an `<img>` elsewhere finds it."""
        if url and url.startswith("/") and not url.startswith("//"):
            request = self.context.get("request")
            here = request.build_absolute_uri if request else settings.SITE_URL.__add__
            return here(url)
        return url or None

    def to_representation(self, instance) -> dict:
        names, read, _others = _plan(type(self))
        shown = dict(zip(names, read(instance), strict=True))
        for name, get in self._others:
            shown[name] = get(instance)
        return shown

    def of_all(self, instances: Iterable) -> list[dict]:
        """What `many=True` gives, without a serializer around this one."""
        return [self.to_representation(instance) for instance in instances]

    @cached_property
    def _others(self) -> list[tuple[str, Callable]]:
        return [
            (name, self._getter(name, field)) for name, field in _plan(type(self))[2]
        ]

    def _getter(self, name: str, field) -> Callable:
        if isinstance(field, serializers.SerializerMethodField):
            return getattr(self, field.method_name or f"get_{name}")
        get = attrgetter(field.source or name)
        nested = type(field)(context=self.context)
        return lambda row: nested._or_none(get(row))

    def _or_none(self, instance) -> dict | None:
        return None if instance is None else self.to_representation(instance)


@cache
def _plan(output: type[Output]) -> tuple[list[str], Callable, list[tuple]]:
    """The fields that are read as they are, one getter for them all, and the others."""
    plain, others = {}, []
    for name, field in output._declared_fields.items():
        if isinstance(field, serializers.SerializerMethodField | Output):
            others.append((name, field))
        elif name not in output.optional:
            plain[name] = field.source or name
    return list(plain), _reader(list(plain.values())), others


def _reader(sources: list[str]) -> Callable[[object], tuple]:
    if len(sources) > 1:
        return attrgetter(*sources)
    return lambda row: tuple(attrgetter(source)(row) for source in sources)


class Distanced(Output):
    """Rows with a public point carry their distance from the context's `centre`."""

    latitude = serializers.FloatField(source="public_latitude", allow_null=True)
    longitude = serializers.FloatField(source="public_longitude", allow_null=True)
    distance = serializers.FloatField(
        required=False, help_text="In km, to the public point; with a search by place."
    )
    optional = frozenset({"distance"})

    @cached_property
    def centre(self) -> tuple[float, float] | None:
        """Of the search by place that the rows answer."""
        return self.context.get("centre")

    def to_representation(self, instance) -> dict:
        shown = super().to_representation(instance)
        if self.centre:
            point = (instance.public_latitude, instance.public_longitude)
            shown["distance"] = round(haversine_km(*self.centre, *point), 2)
        return shown


class PlacedOutput(Distanced):
    """Something with a place: those concerned see it exactly, others about."""

    location = serializers.CharField(allow_blank=True)
    address = serializers.CharField(
        required=False, help_text="For the owner and the assigned worker."
    )
    optional = frozenset({"address", "distance"})

    def is_concerned(self, row) -> bool:
        raise NotImplementedError

    def to_representation(self, instance) -> dict:
        shown = super().to_representation(instance)
        if self.viewer and self.is_concerned(instance):
            shown |= {
                "latitude": instance.latitude,
                "longitude": instance.longitude,
                "address": instance.address,
                "location": instance.full_location,
            }
        return shown


class ModeratedOutput(Output):
    """Whether staff hid it and why; only its owner can see anything but visible."""

    moderation = serializers.CharField()
    moderation_reason = serializers.CharField(allow_blank=True)


class Input(serializers.Serializer):
    """Write-only. Unknown keys are ignored, so nothing undeclared can be set."""


class Described:
    """A field that says in the API's description what exactly it takes."""

    @property
    def shape(self) -> dict:
        raise NotImplementedError


class Text(Described, serializers.CharField):
    """A string, trimmed; numbers and booleans are not strings."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(normalize("NFC", data))

    @property
    def shape(self) -> dict:
        if any(type(rule) is RegexValidator for rule in self.validators):
            return {"type": "string"}  # that rule is the pattern
        blank = self.allow_blank or not self.trim_whitespace
        shape = {"type": "string", "pattern": NO_NUL if blank else SOME_WORD}
        return shape if self.allow_blank else shape | {"minLength": 1}


class BlankableText(Text):
    """Text that may be left out, empty or null, all of which mean empty."""

    def __init__(self, **kwargs):
        super().__init__(required=False, allow_blank=True, allow_null=True, **kwargs)

    def run_validation(self, data=serializers.empty):
        value = super().run_validation(data)
        return "" if value is None else value


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """JSON true or false."""

    default_error_messages = {"invalid": _("Give true or false.")}

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Id(Described, serializers.Field):
    """The id of a row: an integer, or its decimal digits as a string."""

    shape = {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 2**53},
            {"type": "string", "pattern": NUMERIC_TEXT},
        ]
    }

    default_error_messages = {"invalid": _("Give an id: a whole number from 1.")}

    def to_internal_value(self, data) -> int:
        if isinstance(data, str) and re.fullmatch(NUMERIC_TEXT, data):
            data = int(data)
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 7.0 is the integer 7 in JSON
        if type(data) is not int or not 1 <= data <= 2**53:
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A JSON number."""

    def to_internal_value(self, data):
        if type(data) not in (int, float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Money(Described, serializers.DecimalField):
    """An amount in the item's currency: a number from 0, with at most two decimals.

    What binary floats add to an amount (0.1 + 0.2 is 0.30000000000000004) is dropped.
    """

    shape = {"type": "number", "multipleOf": 0.01}
    default_error_messages = {"invalid": _("Give a number.")}

    def __init__(self, **kwargs):
        kwargs = {"max_value": LARGEST_PRICE, "min_value": 0} | kwargs
        super().__init__(max_digits=10, decimal_places=2, **kwargs)

    def to_internal_value(self, data):
        if type(data) not in (int, float):
            self.fail("invalid")
        cents = round(data, 2)
        noise = math.isclose(data, cents, rel_tol=1e-12)
        return super().to_internal_value(cents if noise else data)


class Latitude(Number):
    def __init__(self, **kwargs):
        super().__init__(min_value=-90, max_value=90, **kwargs)


class Longitude(Number):
    def __init__(self, **kwargs):
        super().__init__(min_value=-180, max_value=180, **kwargs)


def with_whole_point(facts: dict) -> dict:
    """Refuse half a point."""
    point = [facts.get("latitude"), facts.get("longitude")]
    halves = ("latitude" in facts) != ("longitude" in facts)
    if halves or point.count(None) == 1:
        raise serializers.ValidationError(_("Give latitude and longitude together."))
    return facts


class Slug(Text):
    """A category: a word the client shows, lower case, 50 characters at most."""

    def __init__(self, **kwargs):
        super().__init__(max_length=50, **kwargs)

    def to_internal_value(self, data):
        return super().to_internal_value(data).lower()


class Words(Described, serializers.Field):
    """Words as a list or as one comma-separated string; a list inside."""

    default_error_messages = {"invalid": _("Give a list of words, or one string.")}
    longest = 5000

    @property
    def shape(self) -> dict:
        word = {"type": "string", "pattern": NO_NUL}
        return {
            "anyOf": [
                {"type": "array", "items": word},
                word | {"maxLength": self.longest},
                {"type": "null"},
            ],
            "description": f"{self.longest} characters at most, with commas between.",
        }

    def run_validation(self, data=serializers.empty):
        return super().run_validation([] if data is None else data)

    def to_internal_value(self, data) -> list[str]:
        if isinstance(data, str) and len(data) > self.longest:
            self.fail("invalid")
        words = data.split(",") if isinstance(data, str) else data
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            self.fail("invalid")
        words = [word.strip() for word in words if word.strip()]
        if len(",".join(words)) > self.longest or any("\0" in w for w in words):
            self.fail("invalid")
        return words


class Slugs(Words):
    """The same, kept as one comma-separated string."""

    longest = 1000

    def to_internal_value(self, data) -> str:
        return ",".join(super().to_internal_value(data))


class WallClock(Described, serializers.Field):
    """A time on the site's own wall clock, without a zone: `2031-05-06T14:30:00`.

    A time with an offset is moved to that clock first. Null and "" mean none.
    """

    shape = {
        "type": "string",
        "pattern": rf"^({DATE}{TIME}{ZONE})?$",
        "examples": ["2031-05-06T14:30"],
    }

    default_error_messages = {
        "invalid": _("Give a date and time like 2031-05-06T14:30."),
        "gap": _("The clocks go forward over that hour: it does not exist."),
    }

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data) -> datetime | None:
        if data == "":
            return None
        moment = self._parsed(data)
        if timezone.is_aware(moment):
            return moment.astimezone(UTC)  # databases know offsets below 16 h alone
        return self._on_the_clock(moment)

    def to_representation(self, moment: datetime) -> str:
        return wall_clock(moment)

    def _parsed(self, data) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
            if moment is None or not 1970 <= moment.year <= 9000:
                self.fail("invalid")
        except (ValueError, OverflowError):
            self.fail("invalid")
        return moment

    def _on_the_clock(self, moment: datetime) -> datetime:
        aware = timezone.make_aware(moment)
        if timezone.make_naive(aware.astimezone(UTC)) != moment:
            self.fail("gap")
        return aware


def wall_clock(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    local = moment.astimezone(timezone.get_default_timezone())
    return local.replace(tzinfo=None).isoformat()
