"""The fast path of public reads: SQL that is compiled once and run many times.

Django spends more time on building the SQL of a list, and on making its rows, than
PostgreSQL spends on answering it. This package saves that work. It reads the insides
of Django's SQL compiler, therefore it is fenced: `settings.PREPARED_QUERIES = False`
answers everything by plain querysets, and import-linter lists who may import it.

The interface has seven names:

`Param(name, type)`
    An expression that stands in a queryset for a value that each run supplies. It is
    usable wherever Django takes an expression: `filter(pk=Param("pk", int))`,
    `F("price") * Param("rate", float)`, inside `Q`, subqueries and annotations.
    A server-side parameter by default (ids, UUIDs, tokens: one prepared plan serves
    every value); `inline=True` writes the value into the SQL (ranges, limits: the
    planner must see the value to estimate rows and to match a partial index).

`QueryCache(max_queries)`
    Runs queries by key, and keeps the SQL of each::

        PK = {"pk": Param("pk", int)}
        queries.rows(key, build, PK, {"pk": 7})     # -> list of instances
        queries.count(key, build, PK, {"pk": 7})    # -> int

    `build(**values)` returns a queryset. The fast path calls it once, with the
    `Param`s; the plain path calls it for each run, with the values. So both paths run
    the same queryset, and the key must hold all else that `build` depends on.

`cached_results(key, build)`
    The `ResultList` of a filtered request, cached for `RESULTS_MAX_AGE_S`.

`results_cache`
    The cache of those; tests clear it.

`text_rows(sql, params)`
    The tuples of a statement that no queryset can write, prepared like the others;
    `core.db.shared_queries` has it for the apps.

`PreparedSaves`
    The abstract model whose `save()` inserts and updates by prepared statements, with
    signals and all else as ever. For rows that requests write; a single statement
    inserts many rows faster by `bulk_create`.

`insert(row)`
    `bulk_create([row])` by a prepared statement, which also tells of a conflict.

A query that depends on the signed-in user takes the user as a parameter, instead of
being one query for each user::

    USER = {"user": Param("user", int), "session": Param("session", UUID)}
    queries.rows("favorites", lambda user, session: Favorite.objects.filter(
        user=user, user__sessions=session), USER, {"user": 7, "session": uuid})
"""

from core.db.prepared.cache import QueryCache, cached_results, results_cache
from core.db.prepared.params import Param
from core.db.prepared.query import text_rows
from core.db.prepared.writes import PreparedSaves, insert

__all__ = [
    "Param",
    "PreparedSaves",
    "QueryCache",
    "cached_results",
    "insert",
    "results_cache",
    "text_rows",
]
