"""The outbox: calls of the provider, written in the transaction of the decision.

`payments.carrying` carries them out afterwards.
"""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from core.db import shared_queries
from jobs.services import enqueue as enqueue_job
from payments.models import Payment, ProviderCall

State = ProviderCall.State
OPEN = (State.NEW, State.SENDING, State.UNKNOWN)


def enqueue(
    payment: Payment, kind: str, *, purpose: str = "", **params: Any
) -> ProviderCall:
    """Write a call to be carried out after the commit; return it.

    If there is a live attempt of the same kind and purpose, that one is returned: the
    decision was made before. Call it with the payment locked.
    """
    attempts = shared_queries.rows(
        "payments.attempts",
        _attempts,
        payment=payment.pk,
        kind=str(kind),
        purpose=purpose,
    )
    for call in attempts:
        if call.state != State.REJECTED:
            return cast(ProviderCall, call)
    attempt = len(attempts) + 1
    name = f"{kind}:{purpose}" if purpose else kind
    call = ProviderCall.objects.create(
        payment=payment,
        kind=kind,
        purpose=purpose,
        attempt=attempt,
        idempotency_key=f"{name}:{payment.reference}:{attempt}",
        params=params | {"reference": payment.reference, "purpose": purpose},
    )
    schedule(call)
    return call


def _attempts(payment: Any, kind: Any, purpose: Any) -> QuerySet[ProviderCall]:
    return ProviderCall.objects.filter(payment=payment, kind=kind, purpose=purpose)


def schedule(call: ProviderCall) -> None:
    """Let a worker carry out a call when it is due."""
    key = f"payments.carry:{call.pk}:{call.sent_count}"
    enqueue_job("payments.carry", key=key, run_at=call.due_at, call_id=call.pk)


def withdraw(payment: Payment, kind: str) -> bool:
    """Take back a call that was never sent; return whether there was one.

    Call it with the payment locked: a call is claimed under the same lock.
    """
    unsent = payment.calls.filter(kind=kind, state=State.NEW)
    return bool(
        unsent.update(
            state=State.REJECTED, error_code="withdrawn", finished_at=timezone.now()
        )
    )


def again(payment: Payment, call: ProviderCall, **changes: Any) -> ProviderCall:
    """Write the next attempt of a rejected call, with a key of its own."""
    params = {
        name: value
        for name, value in call.params.items()
        if name not in ("reference", "purpose")
    }
    return enqueue(payment, call.kind, purpose=call.purpose, **params | changes)


def due_calls(at: Any) -> list[int]:
    """Return the ids of calls that are due, and whose job may be lost."""
    due = ProviderCall.objects.filter(state__in=OPEN, due_at__lte=at)
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:1000])
