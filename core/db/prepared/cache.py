"""Caches of compiled queries. They hold SQL, never the rows of an answer."""

from collections.abc import Callable, Hashable, Mapping
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

from core.db.prepared.params import Param
from core.db.prepared.query import PreparedQuery
from core.db.replica import is_reading
from core.lru import LRUCache

MAX_CACHED_RESULTS = 256  # filtered requests, each with its SQL
RESULTS_MAX_AGE_S = 60
# What a statement reads of the rows that stand before it (`PreparedQuery`).
FOUND_IDS = RawSQL("ARRAY(SELECT pk FROM found)", [])
FOUND_COUNT = RawSQL("(SELECT count_of_all FROM found LIMIT 1)", [], BigIntegerField())
NOTHING: Mapping[str, Any] = MappingProxyType({})
Results = TypeVar("Results")


class QueryCache:
    """Runs querysets by key; stores the SQL of the `max_queries` last used.

    With `PREPARED_QUERIES` off it stores nothing: each queryset runs as in Django.
    """

    def __init__(self, max_queries: int = 64):
        self._queries = LRUCache(max_queries)
        # A prepared query is bound to its database, and keys do not name it.
        self._replica_queries = LRUCache(max_queries)

    def rows(
        self,
        key: Hashable,
        build: Callable[..., QuerySet[Any]],
        params: Mapping[str, Param] = NOTHING,
        values: Mapping[str, object] = NOTHING,
    ) -> list[Any]:
        """Return the rows of `build(**values)`.

        `params` has a `Param` for each of `values`. `build` may depend on nothing that
        changes, besides `key` and its arguments.
        """
        if not settings.PREPARED_QUERIES:
            return list(build(**{name: values[name] for name in params}))
        return self._prepare(key, build, params).rows(**values)

    def count(
        self,
        key: Hashable,
        build: Callable[..., QuerySet[Any]],
        params: Mapping[str, Param] = NOTHING,
        values: Mapping[str, object] = NOTHING,
    ) -> int:
        """Return how many rows `build(**values)` has.

        The key must differ from that of `rows`.
        """
        if not settings.PREPARED_QUERIES:
            return build(**{name: values[name] for name in params}).count()
        return self._prepare(key, build, params).count(**values)

    def counted_rows(
        self,
        key: Hashable,
        found: Callable[[], QuerySet[Any]],
        build: Callable[[Any], QuerySet[Any]],
    ) -> tuple[list[Any], int]:
        """Return the rows of `build(ids)`, and a number, by one statement.

        `found` has rows `(pk, count_of_all)`, of which the ids and the number are.
        """
        if not settings.PREPARED_QUERIES:
            pairs = list(found())
            return list(build([pk for pk, _n in pairs])), pairs[0][1] if pairs else 0
        query = self._store.get(
            key,
            lambda: PreparedQuery(
                build(FOUND_IDS).annotate(count_of_all=FOUND_COUNT), found()
            ),
        )
        rows = query.rows()
        return rows, rows[0].count_of_all if rows else 0

    def clear(self) -> None:
        """Remove the stored SQL of all queries."""
        self._queries.clear()
        self._replica_queries.clear()

    def _prepare(
        self,
        key: Hashable,
        build: Callable[..., QuerySet[Any]],
        params: Mapping[str, Param],
    ) -> PreparedQuery:
        return self._store.get(key, lambda: PreparedQuery(build(**params)))

    @property
    def _store(self) -> LRUCache:
        return self._replica_queries if is_reading() else self._queries


results_cache = LRUCache(MAX_CACHED_RESULTS)


def cached_results(key: Hashable, build: Callable[[], Results]) -> Results:
    """Return what `build` returns (a result list), cached for `RESULTS_MAX_AGE_S`.

    The key must hold the signed-in user, or the rows of one would be shown to another.
    It includes the current minute: filters look up typos and common words while they
    build, and what they found may not be used for long.
    """
    if not settings.PREPARED_QUERIES:
        return build()
    age = int(monotonic() / RESULTS_MAX_AGE_S)
    return results_cache.get((age, key), build)
