"""The payment of a task: what its transitions do with the money.

Every function runs with the task locked; `payments.services` then locks the payment.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import shared_queries
from core.exceptions import (
    DomainError,
    NotAllowed,
    NotFound,
    ValidationFailed,
    WrongStatus,
)
from market import switches
from market.registry import PAYMENT_REQUIRED, PAYMENTS_OPEN
from payments import services
from payments.exceptions import PayeeNotReady
from payments.models import Payment
from payments.money import current_terms, terms_of, to_cents
from payments.services import Payable
from tasks.models import TaskRequest
from tasks.permissions import is_creator, is_party

SUBJECT = "task"
Status = TaskRequest.Status
PAYABLE = (Status.ASSIGNED, Status.IN_PROGRESS)


class PaymentRequired(DomainError):
    """The work begins once the money is held (409)."""

    code = "payment_required"

    def __init__(self) -> None:
        super().__init__(
            _("This task has to be paid first. The money is held until it is done.")
        )


class KeyRequired(ValidationFailed):
    """A payment is started with an `Idempotency-Key`, or not at all (400)."""

    code = "idempotency_key_required"

    def __init__(self) -> None:
        super().__init__(_("Send the header Idempotency-Key, so that you pay once."))


class PriceMissing(DomainError):
    """Neither the task nor the application has a price to be paid (409)."""

    code = "price_missing"

    def __init__(self) -> None:
        super().__init__(_("There is no agreed price that could be paid."))


def check_possible(fields: Mapping[str, Any]) -> None:
    """Raise `PaymentsOff` (409) for a task that could never be paid here.

    Raises `SwitchedOff` (403) while new tasks are not paid here.
    """
    if fields.get("payment_required"):
        services.require_on()
        switches.require(PAYMENTS_OPEN)


def is_required(task: TaskRequest) -> bool:
    """Return whether the work waits for held money: by the task or by the market.

    An acceptance writes it to the task: a setting that changes later binds no task that
    is being done. Without a provider nobody can pay, so nothing waits.
    """
    if settings.PAYMENT_PROVIDER == "off":
        return False
    is_open = task.status == Status.OPEN
    by_market = is_open and PAYMENT_REQUIRED.get() and PAYMENTS_OPEN.get()
    return task.payment_required or by_market


def agree(task: TaskRequest, *, worker: User, price: Decimal | None) -> None:
    """Fix the price and the fee; check that `worker` can be paid if that is required.

    Raises `PriceMissing` and `PayeeNotReady` (409), and as `check_payable` of
    `payments.services` for a price that cannot be held.
    """
    task.agreed_price = price
    task.payment_required = is_required(task)
    terms = current_terms()
    task.agreed_fee_bps, task.agreed_fee_min_cents = terms.bps, terms.min_cents
    if task.payment_required:
        services.check_payable(_payable(task, worker, is_price_agreed=False))


def _payable(task: TaskRequest, worker: User, *, is_price_agreed: bool) -> Payable:
    if task.agreed_price is None:
        raise PriceMissing
    return Payable(
        type=SUBJECT,
        id=task.pk,
        title=task.title,
        payer=task.creator,
        payee=worker,
        price_cents=to_cents(task.agreed_price, task.currency),
        currency=task.currency,
        fee_terms=terms_of(task.agreed_fee_bps, task.agreed_fee_min_cents),
        is_price_agreed=is_price_agreed,
    )


@transaction.atomic
def start(task: TaskRequest, *, actor: User) -> Payment:
    """Return the pending payment of a task, which its creator can pay now.

    Raises `NotFound` (404) for strangers, `NotAllowed` (403) for the worker,
    `WrongStatus` (409) unless somebody does the task, `PayeeNotReady` (409) for a
    worker who is suspended, `PriceMissing` (409), `SwitchedOff` (403) while payments of
    new tasks are off and this one need not be paid, and as `payments.services.start`.
    """
    services.require_on()
    # Locked before the payment: a task that is cancelled meanwhile is not paid.
    task = shared_queries.lock(TaskRequest, task.pk)
    check_may_pay(task, actor)
    if task.status not in PAYABLE or task.assigned_to is None:
        raise WrongStatus(_("A task is paid while somebody does it."))
    if not task.assigned_to.is_active:
        raise PayeeNotReady
    if not task.payment_required:
        switches.require(PAYMENTS_OPEN)
    return services.start(
        # The acceptance has compared the price of a task that has to be paid with the
        # limits of that time; of another one nobody has.
        _payable(task, task.assigned_to, is_price_agreed=task.payment_required)
    )


def check_may_pay(task: TaskRequest, user: User) -> None:
    """Raise `NotFound` (404) for strangers, and `NotAllowed` (403) for the worker."""
    if not is_party(task, user):
        raise NotFound(_("Not found."))
    if not is_creator(task, user):
        raise NotAllowed(_("Only the creator of a task can pay for it."))


def current(task: TaskRequest, *, viewer: User) -> Payment:
    """Return the payment of a task, for its parties.

    Raises `NotFound` (404) for others, and if there is none. Of a task that was given
    back, the worker of that time still finds theirs below `/api/payments`.
    """
    payment = services.current(SUBJECT, task.pk) if is_party(task, viewer) else None
    if payment is None or viewer.pk not in (payment.payer_id, payment.payee_id):
        raise NotFound(_("Not found."))
    return payment


def require_held(task: TaskRequest) -> None:
    """Raise `PaymentRequired` (409) if the work waits for money that is not held.

    Staff may have released it to the worker already.
    """
    if is_required(task) and not services.is_held(
        SUBJECT, task.pk, payee_id=task.assigned_to_id
    ):
        raise PaymentRequired


def show_release(task: TaskRequest) -> None:
    """Show on the payment when the task is confirmed without an answer."""
    if task.marked_done_at is not None:
        at = task.marked_done_at + timedelta(days=settings.AUTO_CONFIRM_DAYS)
        services.set_auto_release(SUBJECT, task.pk, at=at)


def release(task: TaskRequest, *, actor: User | None) -> None:
    """Release what is held.

    Raises `PaymentDisputed` (409), and `WrongStatus` (409) if staff have refunded it
    since the worker was accepted.
    """
    services.release(SUBJECT, task.pk, actor=actor, since=task.assigned_at)


def refund(task: TaskRequest, *, actor: User | None, reason: str = "") -> None:
    """Refund what is held in full.

    Raises `PaymentDisputed` (409), and `WrongStatus` (409) if staff have released it.
    """
    services.refund(SUBJECT, task.pk, actor=actor, reason=reason)


def freeze(task: TaskRequest, *, actor: User) -> None:
    """Freeze what is held until staff decide."""
    services.freeze(SUBJECT, task.pk, actor=actor)


def split(
    task: TaskRequest, *, actor: User, worker_amount: Decimal, reason: str
) -> None:
    """Divide what is held between both. Raises as `payments.services.split`."""
    services.split(
        SUBJECT, task.pk, actor=actor, worker_amount=worker_amount, reason=reason
    )


def follow(
    sender: type[Payment], *, payment: Payment, name: str, **data: object
) -> None:
    """Follow money that came after the work was marked as done, or disputed.

    The receiver of `payment_changed`. It reads the task and locks it not: the payment
    is locked, and the task comes before it. A transition of the task that runs at the
    same time waits for the payment, and does it itself.
    """
    if name != "hold" or payment.subject_type != SUBJECT:
        return
    task = TaskRequest.objects.filter(pk=payment.subject_id).first()
    if task is None:
        return
    if task.status == Status.PENDING_CONFIRMATION:
        show_release(task)
    elif task.status == Status.DISPUTED:
        services.freeze(SUBJECT, task.pk, actor=None)
