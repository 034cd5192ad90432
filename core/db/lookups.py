"""Conditions that Django's own lookups do not write."""

from collections.abc import Collection
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, F, Lookup, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class AmongIds(Lookup):  # type: ignore[type-arg]  # the stubs alone make it generic
    """Matches rows with one of the ids of an array. PostgreSQL alone.

    The array is one parameter, so the statement is the same for any number of ids.
    """

    lookup_name = "among_ids"

    def __init__(self, ids: Any) -> None:
        super().__init__(F("pk"), ids)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return the condition: the rows are looked up by their primary key."""
        column, params = self.process_lhs(compiler, connection)
        ids, more = compiler.compile(self.rhs)
        return f"{column} = ANY({ids}::bigint[])", [*params, *more]


def has_id(ids: Collection[int] | Expression) -> Q | AmongIds:
    """Return the condition that the id of a row is one of `ids`.

    They may be a parameter of a prepared query, as PostgreSQL takes it.
    """
    return AmongIds(ids) if isinstance(ids, Expression) else Q(pk__in=ids)


class Among(Lookup):  # type: ignore[type-arg]
    """Matches rows with an id of a subquery, which is read first. PostgreSQL alone.

    Of `IN` the planner would make a join, by how many rows it expects of the subquery:
    many times too many where the values are rare.
    """

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, ids: QuerySet[Any]) -> None:
        super().__init__(F("pk"), ids)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return the condition: the rows are looked up by their primary key."""
        column, params = self.process_lhs(compiler, connection)
        ids, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{ids})", [*params, *more]
