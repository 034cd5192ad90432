"""Jobs of payments: calls, events, and what is due."""

from datetime import datetime, timedelta

from django.utils import timezone

from jobs.maintenance import maintenance
from jobs.registry import Backoff, every, job
from jobs.services import enqueue
from payments import inbox, outbox, services
from payments.models import Payment
from payments.outbox import due_calls


# Not atomic: it calls the provider. It may run twice, and does each thing once.
@job(max_attempts=8, timeout_s=80, atomic=False)
def carry(call_id: int) -> None:
    """Carry out one call of the provider."""
    outbox.carry(call_id)


@job(
    max_attempts=inbox.MAX_ATTEMPTS,
    timeout_s=60,
    atomic=False,
    backoff=Backoff(first_s=2, factor=2, max_s=600),
)
def process(event_id: int) -> None:
    """Record what one event of the provider reports."""
    inbox.process(event_id)


@every(minutes=1)
@job(timeout_s=50, atomic=False)
def carry_due_calls() -> None:
    """Carry out calls, and process events, whose own job is dead or lost."""
    now = timezone.now()
    for call_id in due_calls(now):
        outbox.carry(call_id)
    for event_id in inbox.waiting(before=now - timedelta(minutes=1)):
        enqueue("payments.process", key=_hourly(event_id, now), event_id=event_id)


def _hourly(event_id: int, now: datetime) -> str:
    # With a failing job this is another one each hour, and not each minute.
    return f"payments.process:{event_id}:{now:%Y-%m-%dT%H}"


@maintenance("expire unpaid payments")
def expire_unpaid_payments(at: datetime, *, dry_run: bool) -> int:
    """Cancel payments that nobody has paid in time; return how many."""
    if dry_run:
        return Payment.objects.unpaid(at=at).count()
    return services.expire_unpaid(at)
