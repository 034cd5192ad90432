"""What others may hear of a change once it is committed: sockets, for one.

An event is a hint, told at most once and in no certain order; the database is the
truth.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True)
class Event:
    recipients: tuple[int, ...]  # ids of people
    type: str  # "task.updated"
    payload: dict  # of what JSON can hold


receivers: list[Callable[[Event], None]] = []


def publish(recipients: tuple[int, ...], type: str, payload: dict) -> None:
    """Hand an event to every receiver after the commit; none can fail the change."""
    event = Event(recipients, type, payload)
    for receive in receivers:
        # No partial: Django logs a failed one by its name, which partials have not.
        transaction.on_commit(lambda receive=receive: receive(event), robust=True)
