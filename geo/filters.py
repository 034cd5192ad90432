"""The query parameters of a search by place."""

import math
import re

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.filters import DIGITS

NUMBER = rf"{DIGITS}([eE][+-]?[0-9]+)?"


NO_FINITE = r"([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])"


NUMERIC = re.compile(rf"\s*({NUMBER}|[+-]?{NO_FINITE})\s*", re.ASCII)


NO_NUMBER = {
    "type": "string",
    "pattern": rf"^(?!\s*({NUMBER}|[+-]?{NO_FINITE})\s*$)",
    "description": "Not a number: as if not given.",
}


def _degrees(bound: int, description: str) -> dict:
    number = {"type": "number", "minimum": -bound, "maximum": bound}
    return {"anyOf": [number, NO_NUMBER], "description": description}


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
