"""Connections from a pool that answers at once while PostgreSQL refuses them.

psycopg's own pool hands out connections that a restart of the server has closed, one
per request, lets each request wait for a server that is down, and tries to connect
again after growing pauses of up to minutes.
"""

import select
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from core.circuit_breaker import CircuitBreaker

RESET_TIMEOUT_S = 0.25  # after a refusal nobody connects; then one request tests it
WAIT_S = 0.1  # for a connection, before looking whether the server has refused


@cache  # per process: threads with a breaker each would all wait for the server
def breaker_of(alias: str) -> CircuitBreaker:
    """Return the circuit breaker of a database, which this process's threads share."""
    return CircuitBreaker(reset_timeout_s=RESET_TIMEOUT_S)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection, taken from the pool by `_take`."""

    # Of Django's class, without a place in its stubs.
    _connection_pools: dict[str, ConnectionPool[Any]]
    _configure_connection: Callable[..., None]

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """Return the pool of this process, as Django does; None without one."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            breaker = breaker_of(self.alias)
            pool: ConnectionPool[Any] = ConnectionPool(
                kwargs=self.get_connection_params() | {"autocommit": True},
                open=False,
                configure=self._configure_connection,
                # One attempt and no growing pauses: a request that finds no connection
                # begins the next attempt, so the first one after a restart connects.
                reconnect_timeout=0,
                reconnect_failed=lambda _pool: breaker.record_failure(),
                **options,
            )
            # Atomic: of two threads that make a pool at once, both use the first.
            self._connection_pools.setdefault(self.alias, pool)
        return self._connection_pools[self.alias]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection of the pool that the server has not closed.

        Raises psycopg's `OperationalError`: at once after the server has refused one.
        """
        pool = self.pool
        if pool is None:
            return super().get_new_connection(conn_params)
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        pool.open()  # does nothing when it is open
        return _take(pool, breaker_of(self.alias))


def _take(pool: ConnectionPool[Any], breaker: CircuitBreaker) -> Any:
    # An open circuit forbids to wait, not to use a connection that is there: the server
    # may refuse new ones ("too many clients") and serve those it has.
    if not breaker.allows_call() and not pool.get_stats()["pool_available"]:
        raise psycopg.OperationalError("The database has just refused a connection.")
    deadline = time.monotonic() + pool.timeout
    while True:
        try:
            connection = pool.getconn(timeout=WAIT_S)
        except PoolTimeout:
            # The pool's worker has tried to connect meanwhile. With a closed circuit
            # the pool is merely busy, and a connection will come back.
            if breaker.is_open or time.monotonic() > deadline:
                raise
            continue
        if is_alive(connection):
            breaker.record_success()
            return connection
        # Closed, so that the pool replaces it. All that died in a restart are found in
        # this loop by one request, instead of failing one request each.
        connection.close()
        pool.putconn(connection)


def is_alive(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the server has not closed an idle connection.

    Without a query: an idle connection has nothing to read, but a closed one has its
    end. Asking the server would cost every request a round trip.
    """
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):  # its end, or a notice: only asking tells which
            ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return not connection.closed
