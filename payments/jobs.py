"""Jobs of payments: calls, events, and what is due."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from jobs.maintenance import delete_rows, maintenance
from jobs.registry import Backoff, every, job
from jobs.services import enqueue
from payments import (
    alerts,
    carrying,
    examination,
    inbox,
    interventions,
    missing_events,
    reconciliation,
    recording,
    services,
    watch,
)
from payments.findings import Result
from payments.models import Payment, ProviderEvent
from payments.outbox import due_calls

logger = logging.getLogger("payments")
EVENTS_BACK = timedelta(hours=26)  # a run that fails is made good by the next ones
CHANGES_BACK = timedelta(days=3)


# Not atomic: it calls the provider. It may run twice, and does each thing once.
@job(max_attempts=8, timeout_s=80, atomic=False)
def carry(call_id: int) -> None:
    """Carry out one call of the provider."""
    carrying.carry(call_id)


@job(
    max_attempts=inbox.MAX_ATTEMPTS,
    timeout_s=60,
    atomic=False,
    backoff=Backoff(first_s=2, factor=2, max_s=600),
)
def process(event_id: int) -> None:
    """Record what one event of the provider reports."""
    inbox.process(event_id)


@job()
def follow_restriction(payee_id: int) -> None:
    """Park or resume releases to a person whose restrictions have changed."""
    interventions.follow_restriction(payee_id)


def restriction_changed(sender: Any, *, user: Any, **kwargs: Any) -> None:
    """Receives `user_restriction_changed`.

    By a job: it comes with the person locked, and payments are locked before people.
    """
    key = f"payments.follow_restriction:{user.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    enqueue("payments.follow_restriction", key=key, payee_id=user.pk)


@every(minutes=1)
@job(timeout_s=50, atomic=False)
def carry_due_calls() -> None:
    """Queue calls and events anew whose own job is dead or lost."""
    now = timezone.now()
    # After a minute: until then its own job is waiting among others.
    for call_id in due_calls(now - timedelta(minutes=1)):
        key = _hourly(f"payments.carry:{call_id}", now)
        enqueue("payments.carry", key=key, call_id=call_id)
    for event_id in inbox.waiting(before=now - timedelta(minutes=1)):
        key = _hourly(f"payments.process:{event_id}", now)
        enqueue("payments.process", key=key, event_id=event_id)


def _hourly(name: str, now: datetime) -> str:
    # With a failing job this is another one each hour, and not each minute.
    return f"{name}:{now:%Y-%m-%dT%H}"


@every(minutes=10)
@job(timeout_s=120, atomic=False)
def look_for_slow_payments() -> None:
    """Report to staff what takes too long, and release what an account has missed."""
    recording.release_missed()
    watch.look(timezone.now())


@every(hours=1)
@job(max_attempts=3, timeout_s=900, atomic=False)
def fetch_missing_events() -> None:
    """Store and process the events of the provider that have not arrived."""
    if settings.PAYMENT_PROVIDER == "off":
        return
    since = timezone.now() - EVENTS_BACK
    result = Result(settings.PAYMENT_PROVIDER, since, dry_run=False)
    missing_events.fetch_events(result)
    if result.events_missing:
        logger.warning("%s events had not arrived", result.events_missing)


@every(days=1)
@job(max_attempts=3, timeout_s=3600, atomic=False)
def reconcile() -> None:
    """Compare the ledger with the provider; notify staff of what is unexplained."""
    if settings.PAYMENT_PROVIDER == "off":
        return
    now = timezone.now()
    result = reconciliation.reconcile(now - CHANGES_BACK, at=now)
    if not result.is_clean:
        alerts.unexplained("Reconciliation of payments", result.findings)


@every(days=1)
@job(max_attempts=3, timeout_s=3600, atomic=False)
def check_ledger() -> None:
    """Examine the ledger; notify staff of faults."""
    if faults := [str(fault) for fault in examination.examine_new()]:
        alerts.unexplained("Faults in the ledger", faults)


@maintenance("delete old events of the provider")
def delete_old_events(at: datetime, *, dry_run: bool) -> int:
    """Delete processed events after `PAYMENT_EVENT_DAYS`; return how many."""
    before = at - timedelta(days=settings.PAYMENT_EVENT_DAYS)
    done = ProviderEvent.objects.filter(
        state=ProviderEvent.State.DONE, received_at__lt=before
    )
    return delete_rows(done, dry_run=dry_run)


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
