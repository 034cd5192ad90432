"""Input serializers and their fields.

The fields refuse values of the wrong JSON type instead of converting them. `Output`
serializers are in `core.api.output`.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NoReturn, overload
from unicodedata import normalize

from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.params import normalize_category
from core.db.models import MAX_PRICE
from core.text import ControlCharacters, multi_line, one_line, person_name

NUMERIC_TEXT = r"^[1-9][0-9]{0,14}$"
NOT_BLANK = r"\S"  # one character at least that is no white space
MAX_UNKNOWN_FIELDS, MAX_NAME_CHARS = 20, 100  # of an answer that names them
TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
ZONE = r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?"
DATE = (  # 29 February passes too, in its years
    r"(19[7-9][0-9]|[2-8][0-9]{3})-"
    r"((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)


class Input(serializers.Serializer):
    """Write-only. A field that it does not know answers 400 `unknown_field`.

    `ignored_fields` are accepted without effect: clients send whole objects back, so
    they are the fields that the contract names for the resource and nobody can set.
    """

    is_base = True
    ignored_fields: frozenset[str] = frozenset()
    default_error_messages = {"unknown_field": _("This field is not known.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            self._refuse_unknown(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        known = self.ignored_fields.union(self.fields)
        unknown = [str(name)[:MAX_NAME_CHARS] for name in data if name not in known]
        if unknown:
            sentence = self.error_messages["unknown_field"]
            names = unknown[:MAX_UNKNOWN_FIELDS]
            raise serializers.ValidationError(
                {name: [sentence] for name in names}, code="unknown_field"
            )


class HasSchema:
    """A field that gives the JSON schema of what it takes."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of what the field takes."""
        raise NotImplementedError


class TextField(HasSchema, serializers.CharField):
    """A string of one line, trimmed; numbers and booleans are not strings.

    `clean` is the rule of `core.text` for it. Text without a visible character is
    blank. The length is checked as it was sent, and again after the rule.
    """

    clean: Callable[[str], str] = staticmethod(one_line)
    default_error_messages = {"control": _("Control characters are not allowed.")}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        try:
            text = super().to_internal_value(self.clean(data))
        except ControlCharacters:
            self.fail("control")
        # Characters that nobody sees are refused also where nothing is welcome.
        if not text and (data.strip() or not self.allow_blank):
            self.fail("blank")
        return text

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: without a pattern where a validator or a blank has one."""
        if any(type(rule) is RegexValidator for rule in self.validators):
            return {"type": "string"}  # that rule is the pattern
        if self.allow_blank:
            return {"type": "string"}
        schema = {"type": "string", "minLength": 1}
        return schema | ({"pattern": NOT_BLANK} if self.trim_whitespace else {})


class OptionalTextField(TextField):
    """Text that may be left out, empty or null, all of which mean empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_blank=True, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> str:
        """Return the validated text, "" for null."""
        value = super().run_validation(data)
        return "" if value is None else value


class MultiLineField(TextField):
    """A description or a message: `TextField` with line breaks."""

    clean = staticmethod(multi_line)


class OptionalMultiLineField(OptionalTextField):
    """`OptionalTextField` with line breaks."""

    clean = staticmethod(multi_line)


class OptionalNameField(OptionalTextField):
    """The name of a person, which may be empty."""

    clean = staticmethod(person_name)


class SecretField(TextField):
    """A password: composed (Unicode NFC), and otherwise as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    @staticmethod
    def clean(text: str) -> str:
        """Return the text in NFC."""
        return normalize("NFC", text)


class StrictChoiceField(serializers.ChoiceField):
    """One of the choices; the error names them."""

    default_error_messages = {"invalid_choice": _("Choose one of: {allowed}.")}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Raise `ValidationError` with the choices in its message."""
        super().fail(key, allowed=", ".join(map(str, self.choices)), **kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """JSON true or false."""

    default_error_messages = {"invalid": _("Give true or false.")}

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class IdField(HasSchema, serializers.Field):
    """The id of a row: an integer, or its decimal digits as a string."""

    schema = {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 2**53},
            {"type": "string", "pattern": NUMERIC_TEXT},
        ]
    }

    default_error_messages = {"invalid": _("Give an id: a whole number from 1.")}

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, str) and re.fullmatch(NUMERIC_TEXT, data):
            data = int(data)
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 7.0 is the integer 7 in JSON
        if type(data) is not int or not 1 <= data <= 2**53:
            self.fail("invalid")
        return data


class StrictNumberField(serializers.FloatField):
    """A JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if type(data) not in (int, float):
            self.fail("invalid")
        return super().to_internal_value(data)


class MoneyField(HasSchema, serializers.DecimalField):
    """An amount in the item's currency: a number from 0, with at most two decimals.

    What binary floats add to an amount (0.1 + 0.2 is 0.30000000000000004) is dropped.
    """

    schema = {"type": "number", "multipleOf": 0.01}
    default_error_messages = {"invalid": _("Give a number.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_value": MAX_PRICE, "min_value": 0} | kwargs
        super().__init__(max_digits=10, decimal_places=2, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) not in (int, float):
            self.fail("invalid")
        cents = round(data, 2)
        noise = math.isclose(data, cents, rel_tol=1e-12)
        return super().to_internal_value(cents if noise else data)


class CategoryField(StrictChoiceField):
    """A known category, in any case; older clients write `_` or a blank for `-`."""

    def to_internal_value(self, data: object) -> str:
        if isinstance(data, str):
            data = normalize_category(data)
        return super().to_internal_value(data)


class NewCategoryField(TextField):
    """A category that need not be a known one: staff may begin one."""

    @staticmethod
    def clean(text: str) -> str:
        """Return the category as it is stored."""
        return normalize_category(one_line(text))


class LocalDateTimeField(HasSchema, serializers.Field):
    """A time on the site's own clock, without a zone: `2031-05-06T14:30:00`.

    A time with an offset is moved to that clock first. Null and "" mean none.
    """

    schema = {
        "type": "string",
        "pattern": rf"^({DATE}{TIME}{ZONE})?$",
        "examples": ["2031-05-06T14:30"],
    }

    default_error_messages = {
        "invalid": _("Give a date and time like 2031-05-06T14:30."),
        "gap": _("The clocks go forward over that hour: it does not exist."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: object) -> datetime | None:
        if data == "":
            return None
        moment = self._parsed(data)
        if timezone.is_aware(moment):
            return moment.astimezone(UTC)  # databases know offsets below 16 h alone
        return self._on_the_clock(moment)

    def to_representation(self, moment: datetime) -> str:
        return to_local_iso(moment)

    def _parsed(self, data: object) -> datetime:
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


@overload
def to_local_iso(moment: datetime) -> str: ...
@overload
def to_local_iso(moment: None) -> None: ...
def to_local_iso(moment: datetime | None) -> str | None:
    """Return a time on the site's own clock, as ISO 8601 without a zone."""
    if moment is None:
        return None
    local = moment.astimezone(timezone.get_default_timezone())
    return local.replace(tzinfo=None).isoformat()
