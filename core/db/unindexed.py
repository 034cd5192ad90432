"""Conditions that no index answers, where another index is to be read alone."""

import copy
from typing import Any

from django.db.models import CharField, Expression, Func, Lookup, QuerySet
from django.db.models.expressions import Col
from django.db.models.sql.where import WhereNode


class _Unindexed(Func):
    """A text column in an order that no index has. PostgreSQL alone.

    Compared for equality it is the same, at the cost of the column itself.
    """

    template = '(%(expressions)s COLLATE "C")'


def without_indexes(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the same rows, whose conditions on texts are looked up in no index.

    PostgreSQL combines two indexes by their bitmaps where it expects the first one to
    find more than it does; reading the second, of a whole category, then takes longer
    than all else.
    """
    found = queryset._chain()  # type: ignore[attr-defined]  # private, so not in the stubs
    found.query.where = _rewritten(found.query.where)
    return found


def _rewritten(node: Any) -> Any:
    if isinstance(node, WhereNode):
        branch = node.clone()
        branch.children = [_rewritten(child) for child in node.children]
        return branch
    if isinstance(node, Lookup) and _is_text(node.lhs):
        leaf = copy.copy(node)
        leaf.lhs = _Unindexed(node.lhs, output_field=node.lhs.output_field)
        return leaf
    return node


def _is_text(side: Expression) -> bool:
    return isinstance(side, Col) and isinstance(side.target, CharField)
