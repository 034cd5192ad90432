"""What staff do beside the workflows, each with a reason for the audit log."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.restrictions import PAYOUTS, is_bound
from audit import services as audit
from core.db.locks import locked
from core.exceptions import NotAllowed, WrongStatus
from jobs.services import enqueue
from payments import ledger, outbox, recording
from payments.ledger import Line
from payments.models import (
    Journal,
    Payment,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
)
from payments.models.ledger import Account
from payments.permissions import is_impartial_staff
from payments.workflow import (
    PAYMENT_WORKFLOW,
    PENDING,
    RECOVERING,
    REFUNDING,
    RELEASING,
)

Kind = ProviderCall.Kind
# In which statuses another attempt of a rejected call makes sense.
WANTED: dict[str, tuple[str, ...]] = {
    Kind.CREATE_INTENT: (PENDING,),
    Kind.TRANSFER: (RELEASING, REFUNDING),
    Kind.REFUND: (REFUNDING,),
    Kind.REVERSE: (RECOVERING,),
}


def _record(subject: Model, actor: User, action: str, reason: str, **more: str) -> None:
    audit.record(subject, actor=actor, action=action, reason=reason, **more)


def _require_impartial(payment: Payment, actor: User) -> None:
    if not is_impartial_staff(payment, actor):
        raise NotAllowed(_("You are a party of this payment."))


# --- Payments -------------------------------------------------------------------------


@transaction.atomic
def clear_problem(payment: Payment, *, actor: User, reason: str) -> Payment:
    """Take a payment out of the queue. Raises `NotAllowed` and `WrongStatus`."""
    # Locked: a new problem that is reported meanwhile must not be lost.
    payment = locked(Payment.objects).get(pk=payment.pk)
    _require_impartial(payment, actor)
    if not payment.problem:
        raise WrongStatus(_("There is no problem."))
    _record(payment, actor, "clear-problem", reason, before=payment.problem)
    payment.problem, payment.problem_at = "", timezone.now()
    payment.save(update_fields=["problem", "problem_at", "updated_at"])
    return payment


def has_problem(payment: Payment, actor: Any) -> bool:
    """Return whether there is one to be cleared."""
    return bool(payment.problem)


# --- Calls and events -----------------------------------------------------------------


@transaction.atomic
def retry_call(call: ProviderCall, *, actor: User, reason: str) -> ProviderCall:
    """Write the next attempt of a rejected call; return it.

    A transfer goes to the payee's account of today. Raises `NotAllowed`, and
    `WrongStatus` (409) if the payment does not want it, or it was tried again.
    """
    payment = locked(Payment.objects).get(pk=call.payment_id)
    _require_impartial(payment, actor)
    call.refresh_from_db()
    same = payment.calls.filter(kind=call.kind, purpose=call.purpose)
    if call.state != ProviderCall.State.REJECTED or same.filter(pk__gt=call.pk):
        raise WrongStatus(_("This is not the last attempt, or it was not rejected."))
    if payment.status not in WANTED.get(call.kind, ()):
        raise WrongStatus(_("The payment does not need this call now."))
    changes = {}
    if call.kind == Kind.TRANSFER:
        account = PayoutAccount.objects.get(user=payment.payee_id)
        changes["destination"] = account.account_id
    attempt = outbox.again(payment, call, **changes)
    _record(payment, actor, "retry-call", reason, after=attempt.idempotency_key)
    return attempt


def is_rejected(call: ProviderCall, actor: Any) -> bool:
    """Return whether a call may be tried again."""
    return call.state == ProviderCall.State.REJECTED


@transaction.atomic
def retry_event(event: ProviderEvent, *, actor: User, reason: str) -> ProviderEvent:
    """Process a parked event again. Raises `WrongStatus` (409) for another one."""
    # Locked: two members of staff at once would queue it twice.
    event = locked(ProviderEvent.objects).get(pk=event.pk)
    if event.state != ProviderEvent.State.PARKED:
        raise WrongStatus(_("This event is not parked."))
    event.state, event.attempts = ProviderEvent.State.NEW, 0
    event.save(update_fields=["state", "attempts"])
    key = f"payments.process:{event.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    enqueue("payments.process", key=key, event_id=event.pk)
    _record(event, actor, "retry-event", reason)
    return event


def is_parked(event: ProviderEvent, actor: Any) -> bool:
    """Return whether an event may be processed again."""
    return event.state == ProviderEvent.State.PARKED


# --- Accounts of payees ---------------------------------------------------------------


@transaction.atomic
def hold_payouts(account: PayoutAccount, *, actor: User, reason: str) -> PayoutAccount:
    """Stop releases to a person; those that were not sent yet wait too."""
    account = _set_held(account, actor, is_held=True)
    park_releases(account.user_id)
    _record(account, actor, "hold-payouts", reason)
    return account


def park_releases(payee_id: int) -> None:
    """Block the releases to a person that were not sent yet."""
    releasing = Payment.objects.filter(payee=payee_id, status=RELEASING)
    for payment in releasing.order_by("pk"):
        # Locked: a worker claims the call under the same lock.
        row = locked(Payment.objects).get(pk=payment.pk)
        if row.status == RELEASING and outbox.withdraw(row, Kind.TRANSFER):
            PAYMENT_WORKFLOW.run("block", row, actor=None)


@transaction.atomic
def follow_restriction(payee_id: int) -> None:
    """Park the releases to a person without payouts; otherwise release what waits."""
    if is_bound(payee_id, PAYOUTS):
        park_releases(payee_id)
        return
    account = PayoutAccount.objects.filter(user=payee_id).select_related("user").first()
    if account is not None and account.is_payable:
        recording.release_blocked(account.user)


@transaction.atomic
def resume_payouts(
    account: PayoutAccount, *, actor: User, reason: str
) -> PayoutAccount:
    """Let releases to a person go on, and release what waited."""
    account = _set_held(account, actor, is_held=False)
    _record(account, actor, "resume-payouts", reason)
    if account.is_payable:
        recording.release_blocked(account.user)
    return account


def _set_held(account: PayoutAccount, actor: User, *, is_held: bool) -> PayoutAccount:
    account = locked(PayoutAccount.objects).get(pk=account.pk)
    if account.user_id == actor.pk:
        raise NotAllowed(_("This is your own account."))
    if account.is_held == is_held:
        raise WrongStatus(_("This is already the case."))
    account.is_held = is_held
    account.save(update_fields=["is_held", "updated_at"])
    return account


def is_not_held(account: PayoutAccount, actor: Any) -> bool:
    """Return whether releases can be stopped."""
    return not account.is_held


def is_held(account: PayoutAccount, actor: Any) -> bool:
    """Return whether releases were stopped."""
    return account.is_held


# --- Suspense -------------------------------------------------------------------------


@transaction.atomic
def explain(journal: Journal, *, actor: User, reason: str, account: str) -> Journal:
    """Move what a change of an unknown type has booked to the account where it belongs.

    Raises `WrongStatus` (409) if there is nothing in suspense, or it was explained.
    """
    entries = journal.entries.filter(account=Account.SUSPENSE)
    cents = sum(entries.values_list("amount_cents", flat=True))
    is_new = ledger.post(
        "explained",
        key=f"explained:{journal.key}"[:150],
        currency=journal.currency,
        lines=[Line(account, cents), Line(Account.SUSPENSE, -cents)],
    )
    if not is_new:
        raise WrongStatus(_("There is nothing to explain."))
    _record(journal, actor, "explain", reason, after=account)
    return journal


def is_unknown(journal: Journal, actor: Any) -> bool:
    """Return whether a journal has booked a change of an unknown type."""
    return journal.kind == "unknown_change"
