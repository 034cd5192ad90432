"""How many items of a list have each value of the fields of its category."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from categories.models import CategoryField
from categories.tree import Field, in_language
from core.db.results import ResultList

MAX_COUNTED = 2_000  # the newest; more are not read
Type = CategoryField.Type


def facets(rows: ResultList, fields: Iterable[Field]) -> dict[str, Any]:
    """Return the counts of each field among the `rows` with values.

    At most `MAX_COUNTED` of them are read.
    """
    # One query, whatever the number of fields. The index of the rows with values holds
    # all that it reads, in this order.
    newest = rows.everything.exclude(attributes={}).order_by("-created_at", "-pk")
    found = list(newest.values_list("attributes", flat=True)[: MAX_COUNTED + 1])
    counted = found[:MAX_COUNTED]
    return {
        "total": len(counted),
        "is_capped": len(found) > MAX_COUNTED,
        "facets": [_facet(field, counted) for field in fields],
    }


def _facet(field: Field, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    values = [row[field.name] for row in rows if field.name in row]
    facet = {
        "name": field.name,
        "label": in_language(field.labels),
        "type": field.type,
        "unit": field.unit,
        "count": len(values),
    }
    if field.type == Type.CHOICE:
        counts = Counter(value for value in values if isinstance(value, str))
        return facet | {
            "values": [
                {"value": value, "label": in_language(labels), "count": counts[value]}
                for value, labels in field.options
            ]
        }
    if field.type == Type.BOOLEAN:
        flags = Counter(value for value in values if isinstance(value, bool))
        return facet | {
            "values": [{"value": flag, "count": flags[flag]} for flag in (True, False)]
        }
    ranged = [value for value in values if _is_of(field, value)]
    least, most = (min(ranged), max(ranged)) if ranged else (None, None)
    return facet | {"min": least, "max": most}


def _is_of(field: Field, value: object) -> bool:
    if field.type == Type.DATE:
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool)
