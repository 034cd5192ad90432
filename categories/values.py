"""The values of typed fields: those of a body, and those of a query string."""

import math
import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from categories.models import MAX_NUMBER, CategoryField
from categories.tree import Field
from core.api.filters import BOUNDED, BooleanParam

Type = CategoryField.Type
DECIMALS = 3  # of a number that is stored
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FIRST_DATE, LAST_DATE = date(1000, 1, 1), date(9999, 12, 31)


def clean(field: Field, value: object) -> Any:
    """Return a value of a body as it is stored. Raises `ValidationError` (400)."""
    return CLEAN[Type(field.type)](field, value)


def parse(field: Field, text: str) -> Any:
    """Return a value of a query string. Raises `ValidationError` (400).

    Bounds of the field are not applied: nothing lies beyond them.
    """
    text = text.strip()
    if field.type == Type.NUMBER:
        if not re.fullmatch(BOUNDED, text, re.ASCII):
            raise ValidationError(_("Give a number."))
        return max(-MAX_NUMBER, min(float(text), MAX_NUMBER))
    if field.type == Type.BOOLEAN:
        if text not in BooleanParam.spellings:
            raise _choose_from(["true", "false"])
        return BooleanParam.spellings[text]
    return clean(field, text)


def _number(field: Field, value: object) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValidationError(_("Give a number."))
    # In this order: an integer may be too large for `isfinite`.
    if abs(value) > MAX_NUMBER or not math.isfinite(value):
        raise ValidationError(_("This number is too large."))
    least, most = field.minimum, field.maximum
    if least is not None and value < least:
        raise ValidationError(
            _("Give at least %(number)s.") % {"number": _short(least)}
        )
    if most is not None and value > most:
        raise ValidationError(_("Give at most %(number)s.") % {"number": _short(most)})
    return value if isinstance(value, int) else round(value, DECIMALS)


def _short(number: float) -> str:
    return f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _choice(field: Field, value: object) -> str:
    if not isinstance(value, str) or value not in field.values:
        raise _choose_from(field.values)
    return value


def _choose_from(values: Any) -> ValidationError:
    sentence = _("Choose one of: {allowed}.")
    return ValidationError(sentence.format(allowed=", ".join(values)))


def _boolean(field: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(_("Give true or false."))
    return value


def _date(field: Field, value: object) -> str:
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            day = date.fromisoformat(value)
            if day >= FIRST_DATE:
                return day.isoformat()
    except ValueError:
        pass
    raise ValidationError(_("Give a date like 2031-05-06."))


CLEAN = {
    Type.NUMBER: _number,
    Type.CHOICE: _choice,
    Type.BOOLEAN: _boolean,
    Type.DATE: _date,
}
