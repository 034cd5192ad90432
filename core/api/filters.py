"""The parts that the filters of the three segments share."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.fields import NUMERIC_TEXT

LONGEST_SEARCH = 200


DIGITS = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
BOUNDED = rf"{DIGITS}([eE][+-]?[0-3]?[0-9]{{1,2}})?"  # 1e99999999 is work for hours
NOT_GIVEN = {"type": "string", "maxLength": 0}


def naming(choices: Iterable[str]) -> dict[str, Any]:
    """Return the error messages of a form field that takes one of the choices."""
    sentence = _("Choose one of: {allowed}.")
    return {"invalid_choice": format_lazy(sentence, allowed=", ".join(choices))}


class HasSchema:
    """A filter that gives the JSON schema of what it takes."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the query parameter."""
        raise NotImplementedError


class TextParam(HasSchema, filters.CharFilter):
    """Text of at most `longest` characters."""

    def __init__(self, *, longest: int = LONGEST_SEARCH, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(max_length=longest, **kwargs)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: a string of at most `longest` characters."""
        return {"type": "string", "maxLength": self.longest}


class IdParam(HasSchema, filters.CharFilter):
    """The id of a row."""

    schema = {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 10**15 - 1}, NOT_GIVEN]
    }

    def __init__(self, **kwargs: Any) -> None:
        sentence = _("Give an id: a whole number from 1.")
        rule = RegexValidator(NUMERIC_TEXT.replace("$", r"\Z"), sentence)
        super().__init__(validators=[rule], **kwargs)


class _DecimalText(forms.DecimalField):
    """Digits with a point at most: none of the other spellings Python reads."""

    def to_python(  # type: ignore[override]  # the stubs give the type of integers
        self, value: str | None
    ) -> Decimal | None:
        if value and not re.fullmatch(BOUNDED, value.strip(), re.ASCII):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class AmountParam(HasSchema, filters.NumberFilter):
    """A number from 0 to a thousand million."""

    field_class = _DecimalText
    bound = 10**9

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=self.bound, **kwargs)

    def get_max_validator(self) -> None:
        """Return no validator of django-filter's own: `max_value` is given."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: a number within the bounds, or empty."""
        bounds = {"minimum": 0, "maximum": self.bound}
        return {"anyOf": [{"type": "number"} | bounds, NOT_GIVEN]}


class BooleanParam(HasSchema, filters.TypedChoiceFilter):
    """True or false, spelled in any of the usual ways."""

    spellings = {"true": True, "false": False, "1": True, "0": False}
    spellings |= {"True": True, "False": False}

    def __init__(self, **kwargs: Any) -> None:
        choices = [(spelling, spelling) for spelling in self.spellings]
        super().__init__(
            choices=choices, coerce=self.spellings.get, empty_value=None, **kwargs
        )
        self.extra["error_messages"] = naming(["true", "false"])

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: one of the spellings, or empty."""
        return {"type": "string", "enum": [*self.spellings, ""]}


class ChoiceParam(HasSchema, filters.ChoiceFilter):
    """One of the choices; the error names them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.extra["error_messages"] = naming(filter(None, self.schema["enum"]))

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: one of the choices, or empty."""
        choices = getattr(self.extra["choices"], "choices", self.extra["choices"])
        return {"type": "string", "enum": [*(value for value, _name in choices), ""]}


class OrderingParam(HasSchema, filters.OrderingFilter):
    """An allow-list. Rows without a value come last; equal ones come newest first."""

    def __init__(self, *, fields: list[str]) -> None:
        self.names = [sign + name for name in fields for sign in ("", "-")]
        names = ", ".join(f"`{name}`" for name in fields)
        sentence = f"By {names}; with `-` from the largest. Several with commas."
        super().__init__(fields=fields, help_text=sentence)
        self.extra["error_messages"] = naming(self.names)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: names with commas between, or empty."""
        any_of = "|".join(self.names)
        return {"type": "string", "pattern": rf"^(({any_of})(,({any_of}))*)?$"}

    def filter(self, qs: QuerySet[Any], value: Sequence[str] | None) -> QuerySet[Any]:
        """Return the rows in the given order. Raises `ValidationError` (400)."""
        if not value:
            return qs
        if "" in value:
            raise ValidationError({"ordering": [_("Name what to order by.")]})
        names = map(self.get_ordering_value, value)
        return qs.order_by(*(_empty_last(qs.model, name) for name in names), "-pk")


def _empty_last(model: type[Model], name: str) -> str | OrderBy:
    """Return an order by the field, in which rows without a value come last.

    The databases disagree about them, and each puts them first in one direction.
    """
    field = name.removeprefix("-")
    if not getattr(model._meta.get_field(field), "null", False):
        return name  # its indexes serve both directions
    if name.startswith("-"):
        return F(field).desc(nulls_last=True)
    return F(field).asc(nulls_last=True)
