"""The Redis cache behind a circuit breaker, with process memory as its fallback."""

import logging
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from core.circuit_breaker import CircuitBreaker

logger = logging.getLogger("marketplace.cache")
TESTS = frozenset({"add", "set", "set_many"})  # refused whenever Redis cannot store


class FallbackRedisCache(RedisCache):
    """Redis, or while Redis is down a cache in the memory of this process.

    A Redis that answers but refuses is down, too: a replica, one that is full, loads
    its data, cannot save, or wants another password. Each process then counts rate
    limits alone.
    """

    # Of the class, since Django makes a cache object per thread: with a breaker each,
    # every thread would wait for Redis in turn.
    breaker = CircuitBreaker(reset_timeout_s=3)

    def __init__(self, server: str | list[str], params: dict[str, Any]):
        super().__init__(server, params)
        # Memory caches of one name share their data, so all threads count together.
        self._fallback = LocMemCache("redis-fallback", {**params, "OPTIONS": {}})

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        # While the circuit is open only writes test Redis. A replica or a full Redis
        # still answers reads: they would close the circuit, and a counter would be
        # looked for in Redis, which does not have it, and begin again.
        is_test = name in TESTS
        if self.breaker.allows_call() if is_test else not self.breaker.is_open:
            try:
                result = getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                self.breaker.record_failure()
                logger.warning("Redis is down, using process memory: %r", error)
            else:
                if is_test:
                    self.breaker.record_success()
                return result
        return getattr(self._fallback, name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value unless the key has one; return whether it was stored."""
        return self._call("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value of a key, or the default."""
        return self._call("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value."""
        return self._call("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """Set the timeout of a key again; return whether the key has a value."""
        return self._call("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Remove a key; return whether it had a value."""
        return self._call("delete", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        """Return whether a key has a value."""
        return self._call("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """Add to a number and return it. Raises `ValueError` for a missing key."""
        return self._call("incr", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """Return the values of those keys that have one, by key."""
        return self._call("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        """Store several values; return the keys that could not be stored."""
        return self._call("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        """Remove several keys."""
        return self._call("delete_many", *args, **kwargs)

    def clear(self) -> Any:
        """Remove all keys."""
        return self._call("clear")
