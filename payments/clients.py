"""What the payer's browser needs to pay. Nobody else ever sees it."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from core.encryption import decrypt
from payments import carrying, outbox
from payments.models import Payment, ProviderCall
from payments.providers import get_provider

# What each provider's client gets, before the provider has prepared it.
UNPREPARED: dict[str, tuple[str, ...]] = {
    "sandbox": ("url",),
    "stripe": ("client_secret", "publishable_key"),
}


def prepare(payment: Payment) -> None:
    """Let the provider prepare a pending payment now, if no worker has done it yet.

    Call it outside of any transaction: it calls the provider. The payer need not wait
    for a worker; if one is sending the same call, nothing is done.
    """
    if payment.intent_id or payment.status != Payment.Status.PENDING:
        return
    waiting = payment.calls.filter(
        kind=ProviderCall.Kind.CREATE_INTENT,
        state__in=outbox.OPEN,
        due_at__lte=timezone.now(),
    )
    for call_id in waiting.values_list("pk", flat=True):
        carrying.carry(call_id)


def client_of(payment: Payment, *, viewer: User) -> dict[str, Any] | None:
    """Return what `viewer` needs to pay; None for all but the payer, and once paid.

    Its values are null until the provider has prepared the payment.
    """
    is_pending = payment.status == Payment.Status.PENDING
    if viewer.pk != payment.payer_id or not is_pending:
        return None
    name = {"provider": payment.provider}
    empty: dict[str, Any] = dict.fromkeys(UNPREPARED[payment.provider])
    if not payment.client_secret:
        return name | empty
    ready = get_provider(payment.provider).client(
        intent_id=payment.intent_id,
        client_secret=decrypt(payment.client_secret),
        reference=payment.reference,
    )
    return name | empty | ready
