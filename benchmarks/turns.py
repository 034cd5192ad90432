"""Calls that are measured in turns: what else the machine does meets all of them."""

import time
from collections.abc import Callable, Mapping

Call = Callable[[], object]


def ms(call: Call) -> float:
    """Return the milliseconds of a call."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def in_turns(calls: Mapping[str, Call], *, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call in each round, by its name.

    The order changes from round to round, because the first one may pay for all.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for number in range(rounds):
        for name in names if number % 2 else reversed(names):
            times[name].append(ms(calls[name]))
    return times
