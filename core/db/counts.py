"""Count the rows of several querysets in one query."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce


def counts_up_to(max_count: int, querysets: Sequence[QuerySet[Any]]) -> list[int]:
    """Return the number of rows of each queryset, at most `max_count`.

    All are read from the database of the first one.
    """
    if not querysets:
        return []
    connection = connections[querysets[0].db]
    columns: list[str] = []
    params: list[Any] = []
    for rows in querysets:
        ids = rows.order_by().values("pk")[:max_count].query
        try:
            sql, values = ids.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:  # a condition that no row can fulfil
            columns.append("0")
            continue
        columns.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", params)
        return list(cursor.fetchone())


def count_of(queryset: QuerySet[Any]) -> Coalesce:
    """Return the number of rows of a queryset, as an expression of another query."""
    one = queryset.order_by().annotate(one=Value(1)).values("one")
    counted = one.annotate(count=Count("*")).values("count")
    return Coalesce(Subquery(counted), 0)
