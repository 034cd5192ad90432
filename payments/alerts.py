"""What needs a person: staff are notified, and the queue in the admin shows it."""

import logging

from django.conf import settings
from django.utils import timezone

from jobs.services import enqueue_mail
from payments import notices
from payments.models import Payment, PayoutAccount, StaffRequest
from payments.providers.base import PayoutReport

logger = logging.getLogger("payments")
MAX_FINDINGS = 100  # in one e-mail


def needs_staff(payment: Payment, problem: str, detail: str = "") -> None:
    """Record that staff must look at a payment, and send an e-mail once a day."""
    payment.problem, payment.problem_at = problem, timezone.now()
    payment.save(update_fields=["problem", "problem_at", "updated_at"])
    logger.error("payment %s needs staff: %s %s", payment.reference, problem, detail)
    _send(
        f"payment:{problem}:{payment.pk}:{timezone.localdate()}",
        subject=f"Payment {payment.reference}: {problem}",
        text=f"{payment} needs a decision: {problem}. {detail}",
    )


def mismatch(event: str, detail: str) -> None:
    """Notify staff that the provider reports what does not fit our records."""
    logger.error("payment_mismatch: %s %s", event, detail)
    _send(f"payment_mismatch:{event}", subject="Payment mismatch", text=detail)


def request_waits(request: StaffRequest) -> None:
    """Notify staff that a decision needs a second person."""
    _send(
        f"payment_request:{request.pk}",
        subject=f"Payment {request.payment.reference}: {request.action}",
        text=f"{request.payment}: {request.action} waits for a second approval.",
    )


def unexplained(subject: str, findings: list[str]) -> None:
    """Notify staff, once a day, of what an examination has found."""
    logger.error("%s: %s findings", subject, len(findings))
    shown = findings[:MAX_FINDINGS]
    _send(
        f"{subject}:{timezone.localdate()}",
        subject=f"{subject}: {len(findings)}",
        text="\n".join(shown),
    )


def account_changed(account: PayoutAccount) -> None:
    """Notify a payee that money can be sent to their account, or no longer can."""
    notices.account_changed(account)


def payout_failed(account: PayoutAccount, report: PayoutReport) -> None:
    """Notify a payee and staff that a payout did not reach the bank."""
    notices.payout_failed(account, report)
    logger.error("payout %s failed: %s", report.id, report.reason)


def _send(key: str, *, subject: str, text: str) -> None:
    for address in settings.ALERT_EMAILS:
        enqueue_mail(f"{key}:{address}", to=address, subject=subject, text=text)
