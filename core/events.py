"""Domain events: changes that were committed, for the sockets and other receivers.

An event is a hint. It is delivered at most once and in no certain order, so a receiver
that must not miss a change reads the database as well.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.dispatch import Signal


@dataclass(frozen=True)
class Event:
    """One committed change.

    `recipients` are the ids of the users to notify, `type` is a name such as
    "task.updated", and `payload` holds only the types of JSON.
    """

    recipients: tuple[int, ...]
    type: str
    payload: dict[str, Any]


domain_event = Signal()  # sent with `event` (an `Event`) after the commit


def has_receivers() -> bool:
    """Return whether any receiver is connected.

    Without one, a caller need not build an expensive payload.
    """
    return domain_event.has_listeners()


def publish(recipients: tuple[int, ...], type: str, payload: dict[str, Any]) -> None:
    """Send `domain_event` after the current transaction commits.

    Nothing is sent when the transaction is rolled back.
    """
    if has_receivers():
        event = Event(recipients, type, payload)
        # `on_commit`: a receiver would otherwise announce a change that may be rolled
        # back. `robust` and `send_robust`: a receiver that raises is logged by Django;
        # otherwise the request would fail although its change is committed, and the
        # other receivers would not be called.
        transaction.on_commit(
            lambda: domain_event.send_robust(sender=Event, event=event), robust=True
        )
