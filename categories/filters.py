"""Filters by the typed fields of a category: `attr.fuel=diesel`, `attr.year_min=2010`.

On PostgreSQL rare values and narrow ranges are found by the index on `attribute_texts`;
for common values and wide ranges the index of the newest rows with values is read in
its order. SQLite reads the rows of the category.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from categories import texts, values
from categories.models import MAX_NUMBER, CategoryField
from categories.texts import HasText
from categories.tree import Field

PREFIX = "attr."
PARAMETER = r"^attr\.[a-z][a-z0-9-]{0,29}(_min|_max)?$"
LEAST, MOST = "_min", "_max"
MAX_CHOICES = 20  # of one choice in a query
MAX_TEXTS = 20  # of a range, beside other conditions
Type = CategoryField.Type
SCHEMA = {
    "type": "object",
    "propertyNames": {"pattern": PARAMETER},
    "additionalProperties": {"type": "string", "maxLength": 200},
    "description": "The typed fields of the category, where `category` names one: "
    "`attr.<name>` for a choice (several with commas) and for yes or no, "
    "`attr.<name>_min` and `attr.<name>_max` for a number or a date. "
    "`GET /api/categories/{type}` lists the fields; other names are ignored.",
}
RANGED = {  # what lies beyond all values of a type
    Type.NUMBER: (-MAX_NUMBER, MAX_NUMBER),
    Type.DATE: (values.FIRST_DATE.isoformat(), values.LAST_DATE.isoformat()),
}


def names_of(field: Field) -> tuple[str, ...]:
    """Return the query parameters that filter by a field."""
    name = f"{PREFIX}{field.name}"
    return (name + LEAST, name + MOST) if field.type in RANGED else (name,)


def by_attributes(
    rows: QuerySet, query: Mapping[str, str], fields: Mapping[str, Field]
) -> QuerySet:
    """Return the rows whose values match the parameters of `query`.

    Parameters of other fields are ignored, as all unknown ones are. Raises
    `ValidationError` (400) for values of the wrong type.
    """
    conditions: list[Q] = []
    problems: dict[str, Any] = {}
    for field in fields.values():
        given = {name: query.get(name) or "" for name in names_of(field)}
        if not any(given.values()):
            continue
        try:
            conditions += _conditions(field, given, rows)
        except ValidationError as error:
            names = [name for name, text in given.items() if text]
            problems[names[0]] = error.detail
    if problems:
        raise ValidationError(problems)
    if not conditions:
        return rows
    # The first condition is that of the partial indexes.
    return rows.filter(~Q(attributes={}), *conditions)


def by_texts(
    rows: QuerySet, query: Mapping[str, str], fields: Mapping[str, Field]
) -> tuple[Q, QuerySet]:
    """Return the condition that the values of `query` are among the texts of an item,
    and the ids of all items with them, in any status and category.

    One index answers both, on PostgreSQL alone. The texts are no exact condition: it is
    for rows that `by_attributes` has returned. Where several conditions meet, each text
    of one is compared with each item of the others: there ranges have few.
    """
    asked = [
        (field, [query.get(n) or "" for n in names_of(field)])
        for field in fields.values()
    ]
    asked = [(field, given) for field, given in asked if any(given)]
    most = MAX_TEXTS if len(asked) > 1 else None
    found = []
    for field, given in asked:
        if field.type in RANGED:
            ends = (values.parse(field, each) if each else None for each in given)
            found.append(HasText(texts.covering(field.name, *ends, most=most)))
        elif chosen := _chosen(field, *given):
            found.append(HasText([texts.equal(field.name, each) for each in chosen]))
    everything = rows.model._base_manager.using(rows.db).order_by()
    matching = everything.filter(~Q(attributes={}), *found)
    return Q(*found), matching.values("pk")


def _conditions(field: Field, given: Mapping[str, str], rows: QuerySet) -> Iterator[Q]:
    if field.type in RANGED:
        yield _between(field, *given.values())
        return
    equal = (_equal(field.name, each, rows) for each in _chosen(field, *given.values()))
    if conditions := list(equal):
        yield reduce(or_, conditions)


def _chosen(field: Field, text: str) -> list[Any]:
    """Return the values that a query names of a choice, or of yes or no."""
    words = [text]
    if field.type == Type.CHOICE:
        words = [word.strip().lower() for word in text.split(",") if word.strip()]
        if len(words) > MAX_CHOICES:
            sentence = _("Give at most {max_length} entries.")
            raise ValidationError(sentence.format(max_length=MAX_CHOICES))
    return [values.parse(field, word) for word in words]


def _between(field: Field, least: str, most: str) -> Q:
    # Both ends, always: by the order of JSON on PostgreSQL, texts and flags of another
    # category's field of this name lie beyond all numbers.
    low, high = _bounds(field, least, most)
    path = f"attributes__{field.name}"
    return Q(**{f"{path}__gte": low, f"{path}__lte": high})


def _bounds(field: Field, least: str, most: str) -> tuple[Any, Any]:
    low, high = RANGED[Type(field.type)]
    return (
        values.parse(field, least) if least else low,
        values.parse(field, most) if most else high,
    )


def _equal(name: str, value: object, rows: QuerySet) -> Q:
    if connections[rows.db].vendor == "postgresql":
        # Once for a value, where `->` with `=` would convert it to text and back.
        return Q(attributes__contains={name: value})
    return Q(**{f"attributes__{name}__exact": value})
