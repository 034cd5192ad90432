"""The query parameters of a search by place."""

import math
import re

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.filters import DIGITS

NUMBER = rf"{DIGITS}([eE][+-]?[0-9]+)?"
NON_FINITE = r"([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])"
NUMERIC = re.compile(rf"\s*({NUMBER}|[+-]?{NON_FINITE})\s*", re.ASCII)

NOT_A_NUMBER = {
    "type": "string",
    "pattern": rf"^(?!\s*({NUMBER}|[+-]?{NON_FINITE})\s*$)",
    "description": "Not a number: as if not given.",
}


def degrees_schema(bound: int, description: str) -> dict[str, object]:
    """Return the API schema of a latitude or longitude from `-bound` to `bound`."""
    number = {"type": "number", "minimum": -bound, "maximum": bound}
    return {"anyOf": [number, NOT_A_NUMBER], "description": description}


def coordinate(text: str | None, name: str, bound: int) -> float | None:
    """Return degrees, or None if `text` is not a number.

    Raises `ValidationError` (400) for the parameter `name` if they are beyond `bound`.
    """
    value = parse_float(text)
    if value is not None and not -bound <= value <= bound:
        sentence = _("Give degrees between -%(bound)s and %(bound)s.")
        raise ValidationError({name: [sentence % {"bound": bound}]})
    return value


def parse_float(text: str | None) -> float | None:
    """Return `text` as a number, or None: what is not a number counts as not given."""
    return float(text) if text and NUMERIC.fullmatch(text) else None


def is_nowhere(latitude: float, longitude: float) -> bool:
    """Return whether a point is 0/0, which forms send when no place was chosen."""
    return math.isclose(latitude, 0) and math.isclose(longitude, 0)
