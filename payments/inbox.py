"""Events of the provider: stored once, answered at once, and processed by a worker."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.db import shared_queries
from jobs.services import enqueue
from payments import alerts, recording
from payments.exceptions import Mismatch
from payments.models import ProviderEvent
from payments.providers import get_provider
from payments.providers.base import Event, Unclear

logger = logging.getLogger("payments")
MAX_ATTEMPTS = 10
MAX_ERROR_CHARS = 500
State = ProviderEvent.State


def receive(
    provider: str, endpoint: str, body: bytes, headers: Mapping[str, str]
) -> None:
    """Store the event of a webhook.

    Raises `BadSignature` for a body that the provider has not signed lately.
    """
    event = get_provider(provider).read_event(endpoint, body, headers)
    store(provider, endpoint, event)


@transaction.atomic
def store(provider: str, endpoint: str, event: Event) -> None:
    """Store an event that is new, and let a worker process it."""
    stored = ProviderEvent(
        provider=provider,
        endpoint=endpoint,
        event_id=event.id,
        type=event.type,
        account=event.account,
        object_id=event.object_id,
        payload=dict(event.payload),
        occurred_at=event.occurred_at,
    )
    # ON CONFLICT DO NOTHING: of fifty deliveries at once, one is stored. The second
    # waits for the first, and then adds nothing.
    if not shared_queries.insert(stored, ignore_conflicts=True):
        stored = ProviderEvent.objects.get(provider=provider, event_id=event.id)
    if stored.state == State.NEW:  # by the key, one job for all deliveries
        key = f"payments.process:{stored.pk}"
        enqueue("payments.process", key=key, event_id=stored.pk)


def waiting(*, before: datetime) -> list[int]:
    """Return the ids of events that arrived before then, and are not processed."""
    rows = ProviderEvent.objects.filter(state=State.NEW, received_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:1000])


def process(event_id: int) -> None:
    """Record what an event reports, once. A failure is counted, and raised again.

    The tenth parks the event.
    """
    event = ProviderEvent.objects.get(pk=event_id)
    if event.state != State.NEW:
        return
    provider = get_provider(event.provider)
    try:
        # Read before the transaction: a call of the provider would hold its locks.
        facts = provider.facts_of(event.type, event.payload)
        with transaction.atomic():
            # Locked: of two workers, one would record it a second time.
            row = shared_queries.lock(ProviderEvent, event_id)
            if row.state != State.NEW:
                return
            for fact in facts:
                recording.record(fact)
            ProviderEvent.objects.filter(pk=event_id).update(
                state=State.DONE, done_at=timezone.now(), error=""
            )
    except Mismatch as error:
        _park(event, str(error))
        alerts.mismatch(event.event_id, str(error))
    except Unclear as error:
        _count_failure(event, str(error))
        raise
    except Exception as error:
        # Counted in a transaction of its own: that of the effects is rolled back.
        _count_failure(event, f"{type(error).__name__}: {error}")
        raise


def _count_failure(event: ProviderEvent, error: str) -> None:
    rows = ProviderEvent.objects.filter(pk=event.pk)
    rows.update(attempts=F("attempts") + 1, error=error[:MAX_ERROR_CHARS])
    event.refresh_from_db()
    if event.attempts >= MAX_ATTEMPTS:
        _park(event, error)


def _park(event: ProviderEvent, error: str) -> None:
    """Leave an event to staff."""
    logger.error("payment event %s is parked: %s", event.event_id, error)
    rows = ProviderEvent.objects.filter(pk=event.pk)
    rows.update(state=State.PARKED, error=error[:MAX_ERROR_CHARS])


def store_emitted(sender: object, *, event: Event, **kwargs: object) -> None:
    """Store an event of the sandbox. Receives `event_emitted`."""
    store("sandbox", "platform", event)
