"""Counters in the cache that several threads and processes increment."""

from django.core.cache import cache


def increment(key: str, change: int = 1, *, start: int = 0, timeout: int) -> int:
    """Add `change` to a counter and return its new value.

    A counter that does not exist begins with `start` and is kept for `timeout` seconds.
    """
    # add() does nothing where another process has set the counter, and incr() is
    # atomic: of several at once, each gets a value of its own.
    cache.add(key, start, timeout=timeout)
    try:
        return cache.incr(key, change)
    except ValueError:  # it expired, or was deleted, between the two calls
        value = max(start + change, 0)
        cache.set(key, value, timeout=timeout)
        return value
