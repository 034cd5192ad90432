"""Events about committed changes, for whoever passes them on: sockets, for one.

An event is a hint: it is delivered at most once and in no certain order. The database
is the truth.
"""

from dataclasses import dataclass

from django.db import transaction
from django.dispatch import Signal


@dataclass(frozen=True)
class Event:
    recipients: tuple[int, ...]  # ids of people
    type: str  # "task.updated"
    payload: dict  # of what JSON can hold


domain_event = Signal()  # sent with `event`, after the commit


def has_receivers() -> bool:
    """Whether anybody listens; if not, an expensive payload need not be built."""
    return domain_event.has_listeners()


def publish(recipients: tuple[int, ...], type: str, payload: dict) -> None:
    """Send `domain_event` to every receiver after this transaction commits.

    Nothing is sent for a rollback. A receiver that raises is logged by Django, and
    neither the change nor the other receivers notice.
    """
    if has_receivers():
        event = Event(recipients, type, payload)
        transaction.on_commit(
            lambda: domain_event.send_robust(sender=Event, event=event), robust=True
        )
