"""The stored values, read at most once in `MAX_AGE_S` by each process."""

from typing import Any

from django.db import connection

from core.cached import Cached
from core.exceptions import AWAY
from market.models import StoredSetting

# With the lag that a replica may have (`REPLICA_MAX_LAG_SECONDS`) a change applies
# everywhere within ten seconds.
MAX_AGE_S = 4.0
_last: dict[str, Any] = {}


def read() -> dict[str, Any]:
    """Return what staff have set, as it is stored, by name. A query."""
    return dict(StoredSetting.objects.order_by().values_list("name", "value"))


def _read() -> dict[str, Any]:
    global _last
    try:
        _last = read()
    except AWAY:
        # While the database is away the last values apply, so that what needs no
        # database is answered. In a transaction the error has ended it.
        if connection.in_atomic_block:
            raise
    return _last


_values: Cached[dict[str, Any]] = Cached(_read, seconds=MAX_AGE_S)


def current() -> dict[str, Any]:
    """Return the values that staff have set, by the names of their settings."""
    return _values.get()


def put(values: dict[str, Any]) -> None:
    """Let these values apply until they are too old, without a query: for tests."""
    global _last
    _last = values
    _values.put(values)


def forget() -> None:
    """Read the values again when they are needed next."""
    _values.forget()
