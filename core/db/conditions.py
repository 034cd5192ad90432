"""Conditions of one model, used in queries of another."""

from typing import cast

from django.db.models import Q


def prefix_q(condition: Q, relation: str) -> Q:
    """Return `condition` for the row that the foreign key `relation` points to."""
    # Children are conditions, or pairs of a lookup and its value.
    children = [
        prefix_q(child, relation)
        if isinstance(child, Q)
        else (f"{relation}__{child[0]}", child[1])
        for child in cast(list[Q | tuple[str, object]], condition.children)
    ]
    return Q(*children, _connector=condition.connector, _negated=condition.negated)
