"""Events of the provider that never arrived: they are fetched, and processed."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from payments import inbox
from payments.findings import Result
from payments.models import ProviderEvent
from payments.providers import get_provider

BATCH = 500
T = TypeVar("T")


def batches(rows: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Yield parts of `rows`, which may be too many for the memory."""
    iterator = iter(rows)
    while part := tuple(islice(iterator, BATCH)):
        yield part


def fetch_events(result: Result) -> None:
    """Store and process the events that the provider has and the inbox lacks."""
    provider = get_provider(result.provider)
    for events in batches(provider.events(result.since)):
        ids = [event.id for event in events]
        rows = ProviderEvent.objects.filter(provider=result.provider, event_id__in=ids)
        known = set(rows.values_list("event_id", flat=True))
        for event in events:
            if event.id in known:
                continue
            result.events_missing += 1
            result.findings.append(f"event missing: {event.id} {event.type}")
            if not result.dry_run:
                inbox.store(result.provider, "events", event)
    if not result.dry_run:
        _process_events(result)


def _process_events(result: Result) -> None:
    """Process what waits: the journals must be there before changes are compared."""
    waiting = ProviderEvent.objects.filter(
        provider=result.provider, state=ProviderEvent.State.NEW
    )
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        try:
            inbox.process(pk)
        except Exception as error:  # noqa: BLE001 - counted; the others go on
            result.unexplained("events_failed", f"{pk}: {error}", 0)
