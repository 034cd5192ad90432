"""Carry out the calls of the outbox: claim and commit, call, record in a transaction.

A process that dies in between leaves a call with a lease; when that ends, the same
attempt is sent again with the same key, and the provider does it once.
"""

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.db import shared_queries
from jobs.services import enqueue as enqueue_job
from payments import pace, recording
from payments.models import Payment, ProviderCall
from payments.outbox import OPEN, again, schedule
from payments.providers import get_provider
from payments.providers.base import Fact, Rejected, Unclear

logger = logging.getLogger("payments")
LEASE = timedelta(seconds=90)  # longer than a call with its retries
# A provider may forget keys after 24 hours. From then on the same key would be a second
# transfer: later than this, what was done is looked up first.
KEY_LIFETIME = timedelta(hours=23)
FIRST_RETRY_S, MAX_RETRY_S = 2, 300
MAX_ERROR_CHARS = 500
State = ProviderCall.State


def carry(call_id: int) -> None:
    """Carry out a call, unless it is done, not due, or another of its payment is."""
    claimed = _claim(call_id)
    if claimed is None:
        return
    call, wait = claimed
    time.sleep(wait.total_seconds())
    provider = get_provider(call.payment.provider)
    try:
        if _is_key_forgotten(call):
            fact = provider.find(call.kind, call.params)
            if fact is None:
                _give_way(call)
                return
        else:
            fact = provider.send(call.kind, call.params, call.idempotency_key)
    except Rejected as error:
        _record_rejection(call, error)
    except Unclear as error:
        _postpone(call, str(error), after_s=error.retry_after_s)
    else:
        record_done(call, fact)


def _is_key_forgotten(call: ProviderCall) -> bool:
    first = call.first_sent_at
    return first is not None and first < timezone.now() - KEY_LIFETIME


@transaction.atomic
def _claim(call_id: int) -> tuple[ProviderCall, timedelta] | None:
    """Take a call for the time of a lease; return it, and how long to wait before it.

    Returns None if it is not to be sent now.
    """
    now = timezone.now()
    payment_id = (
        ProviderCall.objects.filter(pk=call_id)
        .values_list("payment", flat=True)
        .first()
    )
    if payment_id is None:
        return None
    # Locked: of two workers at once, one would send while the other call of the
    # payment is on its way; and a call could be taken back while it is claimed.
    payment = shared_queries.lock(Payment, payment_id)
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    if payment.calls.exclude(pk=call_id).filter(~is_free, state=State.SENDING).exists():
        _later(call_id, now)
        return None
    due = payment.calls.filter(is_free, pk=call_id, state__in=OPEN, due_at__lte=now)
    if not due.exists():
        return None
    wait = pace.reserve(payment.provider, at=now)
    if wait is None:
        _later(call_id, now + pace.MAX_WAIT)
        return None
    due.update(
        state=State.SENDING,
        lease_until=now + LEASE,
        first_sent_at=Coalesce(F("first_sent_at"), now),
        sent_count=F("sent_count") + 1,
        # If this process dies, the call is due again when the lease has ended.
        due_at=now + LEASE,
    )
    call = ProviderCall.objects.select_related("payment").get(pk=call_id)
    schedule(call)
    return call, wait


def _later(call_id: int, at: Any) -> None:
    """Let a worker look at the call again in a moment."""
    at = max(at, timezone.now() + timedelta(seconds=1))
    key = f"payments.carry:{call_id}:at:{at:%Y%m%d%H%M%S}"
    enqueue_job("payments.carry", key=key, run_at=at, call_id=call_id)


@transaction.atomic
def record_done(call: ProviderCall, fact: Fact) -> None:
    """Record what a call has done, and what follows from it."""
    payment = shared_queries.lock(Payment, call.payment_id)
    ours = payment.calls.filter(pk=call.pk, state__in=OPEN)
    ours.update(
        state=State.DONE,
        provider_id=getattr(fact, "id", ""),
        lease_until=None,
        error="",
        error_code="",
        finished_at=timezone.now(),
    )
    recording.record(fact)


@transaction.atomic
def _record_rejection(call: ProviderCall, error: Rejected) -> None:
    """Record that a call has certainly done nothing, and what follows from that."""
    payment = shared_queries.lock(Payment, call.payment_id)
    ours = payment.calls.filter(pk=call.pk, state__in=OPEN)
    is_ours = ours.update(
        state=State.REJECTED,
        lease_until=None,
        error_code=error.code[:60],
        error=str(error)[:MAX_ERROR_CHARS],
        finished_at=timezone.now(),
    )
    if is_ours:  # otherwise an event has said meanwhile that it was done
        logger.warning("payment call %s was rejected: %s", call, error.code)
        recording.rejected(payment, call, error.code)


@transaction.atomic
def _postpone(call: ProviderCall, error: str, *, after_s: float = 0) -> None:
    """Try the same attempt again later."""
    pause = min(FIRST_RETRY_S * 2 ** min(call.sent_count - 1, 20), MAX_RETRY_S)
    shared_queries.lock(Payment, call.payment_id)
    ours = ProviderCall.objects.filter(pk=call.pk, state=State.SENDING)
    ours.update(
        state=State.UNKNOWN,
        lease_until=None,
        due_at=timezone.now() + timedelta(seconds=max(pause, after_s)),
        error=error[:MAX_ERROR_CHARS],
    )
    call.refresh_from_db()
    if call.is_live:
        schedule(call)


@transaction.atomic
def _give_way(call: ProviderCall) -> None:
    """Make another attempt: the provider has none of this one, and forgot its key."""
    payment = shared_queries.lock(Payment, call.payment_id)
    ours = payment.calls.filter(pk=call.pk, state__in=OPEN)
    if ours.update(
        state=State.REJECTED,
        lease_until=None,
        error_code="absent",
        finished_at=timezone.now(),
    ):
        again(payment, call)
