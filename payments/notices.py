"""Notifications and events of payments, written in the transaction of the change."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from accounts.restrictions import PAYOUTS, is_bound
from core import events
from core.workflow import Transition
from notifications.services import notify
from payments.models import Payment, PaymentEvent, PayoutAccount
from payments.money import to_text
from payments.providers.base import PayoutReport

UPDATED = "payment.updated"


def payer(payment: Payment) -> User:
    """Return the payer."""
    return payment.payer


def payee(payment: Payment) -> User:
    """Return the payee."""
    return payment.payee


# By transition: the notifications, and who gets each.
NOTICES: dict[str, dict[str, Callable[[Payment], User]]] = {
    "hold": {"payment_held": payee, "payment_received": payer},
    "release": {"payment_releasing": payee},
    "release-by-staff": {
        "payment_releasing": payee,
        "payment_released_by_staff": payer,
    },
    "finish-release": {"payment_released": payee},
    "block": {"payout_blocked": payee},
    "refund": {"payment_refunding": payer},
    "refund-by-staff": {"payment_refunding": payer, "payment_refunded_by_staff": payee},
    "return-late": {"payment_refunding": payer},
    "return-won": {"payment_refunding": payer},
    "finish-refund": {"payment_refunded": payer},
    "split": {"payment_divided": payer, "payment_divided_worker": payee},
    "split-by-staff": {"payment_divided": payer, "payment_divided_worker": payee},
    "freeze": {"payment_frozen": payee, "payment_frozen_payer": payer},
    "recover": {"payment_recovering": payee},
    "write-off": {"payment_lost": payee},
    "lose": {"payment_lost": payee},
    "lose-blocked": {"payment_lost": payee},
}


def payment_changed(
    payment: Payment, *, row: Transition, event: PaymentEvent, reason: str = ""
) -> None:
    """Notify the people of `NOTICES[row.name]`; publish the event to both parties."""
    params: dict[str, Any] = {
        "title": payment.subject_title,
        "amount": amount(payment, payment.price_cents),
        "net": amount(payment, payment.to_payee_cents or payment.net_cents),
        "back": amount(payment, payment.to_payer_cents),
    }
    if reason:
        params["reason"] = reason
    for kind, recipient in NOTICES.get(row.name, {}).items():
        if kind == "payout_blocked" and is_bound(payment.payee_id, PAYOUTS):
            kind = "payout_waits"  # their payout details are not what is missing
        notify(
            recipient(payment),
            kind,
            subject=payment,
            # By the transition: the same one may come again, after another.
            dedup_key=f"{kind}:{payment.pk}:event{event.pk}:{recipient.__name__}",
            **params,
        )
    events.publish(
        tuple(sorted((payment.payer_id, payment.payee_id))),
        UPDATED,
        {
            "payment_id": payment.pk,
            "status": payment.status,
            "subject_type": payment.subject_type,
            "subject_id": payment.subject_id,
        },
    )


def amount(payment: Payment, cents: int) -> str:
    """Return an amount with its currency, as texts show it: `12.50 EUR`."""
    return to_text(cents, payment.currency)


def account_changed(account: PayoutAccount) -> None:
    """Notify a payee that money can be sent to their account, or no longer can."""
    kind = "payouts_ready" if account.is_payable else "payouts_restricted"
    notify(
        account.user,
        kind,
        dedup_key=f"{kind}:{account.pk}:{account.updated_at:%Y%m%d%H%M%S%f}",
        path="/payments",
    )


def payout_failed(account: PayoutAccount, report: PayoutReport) -> None:
    """Notify a payee that their bank has refused a payout."""
    notify(
        account.user,
        "payout_failed",
        dedup_key=f"payout_failed:{report.id}",
        amount=to_text(report.amount_cents, report.currency),
        path="/payments",
    )
