"""A budget of time for work on many rows that a later job can continue."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Budget:
    """So many seconds, from the row after `after` on."""

    def __init__(self, seconds: float, *, after: int = 0) -> None:
        self._ends_at = time.monotonic() + seconds
        self.after = after
        self.stopped_after: int | None = None  # the last row, if some are left

    @property
    def is_spent(self) -> bool:
        """Whether the seconds are over."""
        return time.monotonic() >= self._ends_at


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def limited_to(budget: Budget) -> Iterator[None]:
    """Let `within_budget` stop in the block when `budget` is spent."""
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def within_budget(ids: Iterable[int]) -> Iterator[int]:
    """Yield `ids` in order: all of them, or as many as the budget allows, at least one.

    Begins after the row at which an earlier call stopped, not with the first again:
    rows that are refused each time would keep all later ones from their turn.
    """
    budget = _budget.get()
    after = budget.after if budget else 0
    last: int | None = None
    for pk in sorted(ids):
        if pk <= after:
            continue
        if budget and last is not None and budget.is_spent:
            budget.stopped_after = last
            return
        token = _budget.set(None)  # what the row itself needs is done whole
        try:
            yield pk
        finally:
            _budget.reset(token)
        last = pk
