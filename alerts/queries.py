"""The query of a saved search: the parameters of a list that choose its rows."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from core.api.pagination import CURSOR, PAGE, PER_PAGE
from geo.filters import parse_float

# Parameters that arrange rows: accepted, because clients send those of their list, and
# not saved.
IGNORED_PARAMETERS = frozenset({PAGE, PER_PAGE, CURSOR, "ordering"})
MAX_VALUE_CHARS = 200
MAX_NAMES_IN_ERROR = 10


def normalize(
    item_type: str, query: Mapping[str, object], user: User
) -> dict[str, str]:
    """Return the parameters of `query` as sorted strings, without the ignored ones.

    Raises `ValidationError` (400) for unknown parameters, and for values that the list
    itself refuses.
    """
    given = {name: _as_text(name, value) for name, value in sorted(query.items())}
    row = ITEM_TYPES[item_type]
    if unknown := [
        name
        for name in given
        if name not in IGNORED_PARAMETERS and not row.takes(name, given)
    ]:
        names = ", ".join(unknown[:MAX_NAMES_IN_ERROR])
        sentence = _("Unknown parameters: %(names)s.")
        raise ValidationError({"query": [sentence % {"names": names}]})
    saved = {
        name: text
        for name, text in given.items()
        if text and name not in IGNORED_PARAMETERS
    }
    filterset: Any = row.filterset  # django-filter is untyped
    _check_place(filterset.place, saved)
    row.viewset.results_for(user, saved)
    return saved


def _check_place(place: Collection[str], query: dict[str, str]) -> None:
    """Refuse an incomplete place.

    A list ignores it, and the reader sees that; a saved search would report items from
    everywhere.
    """
    given = [name for name in place if name in query]
    for name in given:
        if parse_float(query[name]) is None:
            raise ValidationError({name: [_("Give a number, with a point: 56.95.")]})
    if given and not {"latitude", "longitude"} <= set(given):
        sentence = _("Give the latitude and the longitude of the place.")
        raise ValidationError({given[0]: [sentence]})


def digest_of(query: dict[str, str]) -> str:
    """Return a hash of a normalized query: JSON columns cannot be compared."""
    return sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()


def _as_text(name: str, value: object) -> str:
    """Return the value as it would stand in a query string."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or len(text) > MAX_VALUE_CHARS:
        raise ValidationError({name: [_("Give a short text, a number, or a flag.")]})
    return text.strip()
