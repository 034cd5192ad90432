"""Conditions that are moved from one model to another."""

from django.db.models import Q


def prefix_q(condition: Q, relation: str) -> Q:
    """The same condition, of the row that `relation` leads to."""
    children = [
        prefix_q(child, relation)
        if isinstance(child, Q)
        else (f"{relation}__{child[0]}", child[1])
        for child in condition.children
    ]
    return Q(*children, _connector=condition.connector, _negated=condition.negated)
