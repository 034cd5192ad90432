"""Values that each process reads from the database once in a while."""

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """What `read` returns, at most `seconds` old."""

    every: "list[Cached[Any]]" = []

    def __init__(self, read: Callable[[], Value], *, seconds: float) -> None:
        self._read, self._seconds = read, seconds
        self._known: tuple[float, Value] | None = None
        self.every.append(self)

    def get(self) -> Value:
        """Return the value. A query, if the last one was too long ago."""
        # Of this process: what another one writes is seen after `seconds`. Without it
        # each message would be a query more. Two threads may both read, and either
        # value is right: the pair is replaced as a whole.
        known = self._known
        if known is None or time.monotonic() - known[0] > self._seconds:
            known = self._known = (time.monotonic(), self._read())
        return known[1]

    def put(self, value: Value) -> None:
        """Return `value` from now on, until it is too old."""
        self._known = (time.monotonic(), value)

    def forget(self) -> None:
        """Read the value again when it is needed next."""
        self._known = None


def forget_all() -> None:
    """Forget every value."""
    for cached in Cached.every:
        cached.forget()
