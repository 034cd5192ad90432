"""What is saved of a search: the parameters that choose, as the list reads them."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from catalog.item_types import ITEM_TYPES
from core.api.pagination import CURSOR, PAGE, PER_PAGE
from geo.filters import parse_float

ARRANGING = frozenset({PAGE, PER_PAGE, CURSOR, "ordering"})
LONGEST = 200  # characters of one value
MOST_NAMED = 10  # parameters in a sentence


def normalize(kind: str, query: Mapping, reader) -> dict[str, str]:
    """The parameters in one spelling, without those that only arrange the rows.

    They are tried on the list itself. Raises `ValidationError` (400) for what it
    refuses, and for parameters that it does not know.
    """
    asked = {name: _text(name, value) for name, value in sorted(query.items())}
    known = ITEM_TYPES[kind].parameters
    if unknown := sorted(set(asked) - known - ARRANGING):
        sentence = _("Unknown parameters: %(names)s.")
        names = ", ".join(unknown[:MOST_NAMED])
        raise ValidationError({"query": [sentence % {"names": names}]})
    kept = {
        name: text for name, text in asked.items() if text and name not in ARRANGING
    }
    _refuse_half_a_place(ITEM_TYPES[kind].viewset.filterset_class.place, kept)
    ITEM_TYPES[kind].viewset.listed_for(reader, kept)
    return kept


def _refuse_half_a_place(place: Collection[str], query: dict[str, str]) -> None:
    """A list without its place is seen to be one; letters about everything are not."""
    given = [name for name in place if name in query]
    for name in given:
        if parse_float(query[name]) is None:
            raise ValidationError({name: [_("Give a number, with a point: 56.95.")]})
    if given and not {"latitude", "longitude"} <= set(given):
        sentence = _("Give the latitude and the longitude of the place.")
        raise ValidationError({given[0]: [sentence]})


def digest_of(query: dict[str, str]) -> str:
    return sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()


def _text(name: str, value: object) -> str:
    """As it would stand in an address."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or len(text) > LONGEST:
        raise ValidationError({name: [_("Give a short text, a number, or a flag.")]})
    return text.strip()
