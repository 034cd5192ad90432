"""Queries that the requests of all people share: their SQL is built once.

Each function takes a key, a function that builds a queryset, and the values that differ
from request to request::

    shared_queries.count("unread", _unread, reader=request.user)
    shared_queries.rows("task", _with_id, reader=request.user, pk=7)

`build(**values)` gets parameters in place of the values: a `Viewer` for a signed-in
user, and an expression for a number, a UUID, a text or a time. An anonymous user stays
one; what anonymous callers read is another query. The key must hold all else that
`build` depends on, and so must not hold an id: that would be a query for each person.

With `PREPARED_QUERIES` off each call runs `build` with the values themselves.

Values are server-side parameters, so that one prepared statement serves everybody.
PostgreSQL plans its first five runs for their values, and then takes one plan for any
value if that looks no dearer. This suits people with very many rows and with few alike
as long as an index begins with the person, which docs/decisions/0115 has measured. A
range or another value on which the best plan depends belongs into the text of the
query, and not here: `Param(…, inline=True)`.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404

from core.db.locks import locked
from core.db.prepared import Param, QueryCache
from core.db.prepared import insert as insert  # for the apps, as the next
from core.db.prepared import text_rows as text_rows
from core.db.results import ResultList
from core.lru import LRUCache

MAX_QUERIES = 256
MAX_LISTS = 256  # each with the SQL of its counts and pages

Build = Callable[..., QuerySet[Any]]
Row = TypeVar("Row", bound=Model)
_queries = QueryCache(MAX_QUERIES)
_lists = LRUCache(MAX_LISTS)


@dataclass(frozen=True)
class Viewer:
    """Stands for any signed-in user while a shared query is built.

    A queryset that reads more of the user than this raises `AttributeError`: it would
    build the query of one person for all.
    """

    pk: Param
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def id(self) -> Param:
        return self.pk


def rows(key: Hashable, build: Build, /, **values: Any) -> list[Any]:
    """Return the rows of `build(**values)`."""
    if not settings.PREPARED_QUERIES:
        return list(build(**values))
    return _queries.rows(
        ("rows", key, *map(_type, values.values())),
        lambda: build(**_as_params(values)),
        values=_plain(values),
    )


def first(key: Hashable, build: Build, /, **values: Any) -> Any | None:
    """Return the first row of `build(**values)`, which has few rows; None without."""
    found = rows(key, build, **values)
    return found[0] if found else None


def get_or_404(key: Hashable, build: Build, /, **values: Any) -> Any:
    """Return the row of `build(**values)`; raise `Http404` without one."""
    found = first(key, build, **values)
    if found is None:
        raise Http404
    return found


def lock(model: type[Row], pk: Any) -> Row:
    """Return the row of `model` with this id, locked until the transaction ends.

    Raises `model.DoesNotExist` without one.
    """
    found = first(
        (model, "lock"), lambda pk: locked(model._base_manager).filter(pk=pk), pk=pk
    )
    if found is None:
        raise cast(Any, model).DoesNotExist(f"{model.__name__} {pk}")
    return cast(Row, found)


def count(key: Hashable, build: Build, /, **values: Any) -> int:
    """Return how many rows `build(**values)` has."""
    if not settings.PREPARED_QUERIES:
        return build(**values).count()
    return _queries.count(
        ("count", key, *map(_type, values.values())),
        lambda: build(**_as_params(values)),
        values=_plain(values),
    )


def results(
    key: Hashable, build: Callable[..., QuerySet[Any] | ResultList], /, **values: Any
) -> ResultList:
    """Return the rows of `build(**values)`, of which pages are cut."""
    if not settings.PREPARED_QUERIES:
        return _as_list(build(**values))
    shared: ResultList = _lists.get(
        (key, *map(_type, values.values())),
        lambda: _as_list(build(**_as_params(values))),
    )
    return shared.with_values(_plain(values))


def clear() -> None:
    """Remove the stored SQL of all queries."""
    _queries.clear()
    _lists.clear()


def _as_list(found: QuerySet[Any] | ResultList) -> ResultList:
    return found if isinstance(found, ResultList) else ResultList(found)


def _as_params(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands for each of `values` in the queryset."""
    stand_ins: dict[str, Any] = {}
    for name, value in values.items():
        kind = _type(value)
        if kind is AbstractBaseUser:
            stand_ins[name] = Viewer(Param(name, int))
        else:
            stand_ins[name] = value if kind is AnonymousUser else Param(name, kind)
    return stand_ins


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "pk", value) for name, value in values.items()}


def _type(value: Any) -> type:
    """Return the type of a value, as `Param` takes it.

    By what a user says of itself: the class of a lazy one is that of all lazy objects.
    """
    is_authenticated = getattr(value, "is_authenticated", None)
    if is_authenticated is None:
        return type(value)
    return AbstractBaseUser if is_authenticated else AnonymousUser
