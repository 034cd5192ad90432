"""Jobs of payments: calls, events, and what is due."""

from datetime import datetime

from django.utils import timezone

from jobs.maintenance import maintenance
from jobs.registry import Backoff, every, job
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
    """Carry out calls whose own job was lost."""
    for call_id in due_calls(timezone.now()):
        outbox.carry(call_id)


# Not atomic: it calls the provider. Repeated, it sets the same amount.
@every(hours=24)
@job(max_attempts=8, timeout_s=80, atomic=False)
def protect_held_balance() -> None:
    """Keep what is held out of the platform's own automatic payouts."""
    services.protect_balance()


@maintenance("expire unpaid payments")
def expire_unpaid_payments(at: datetime, *, dry_run: bool) -> int:
    """Cancel payments that nobody has paid in time; return how many."""
    if dry_run:
        return Payment.objects.unpaid(at=at).count()
    return services.expire_unpaid(at)
