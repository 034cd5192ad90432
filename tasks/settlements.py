"""Decisions of staff about tasks, some of which need a second member of staff.

Those move so much held money that `payments.approvals` stores them as a request. When
another member of staff approves it, the transition runs in their name.
"""

from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.db.locks import locked
from core.exceptions import NotAllowed, WrongStatus
from payments import approvals, services
from payments.exceptions import SecondApproverNeeded
from payments.models import Payment
from payments.money import to_cents, to_decimal
from payments.permissions import sees_prices
from tasks.models import TaskRequest
from tasks.payments import SUBJECT, PriceMissing
from tasks.workflow import TASK_WORKFLOW

NAMES = ("settle-for-worker", "settle-for-creator", "settle-split", "cancel-by-staff")


def decide(
    name: str, task: TaskRequest, *, actor: User, reason: str, **data: Any
) -> TaskRequest:
    """Run a transition of `NAMES`, and return the task.

    Raises `SecondApproverNeeded` (409) once a request for it is stored, and what the
    transition raises. Call it outside of a transaction, which would undo the request.
    """
    try:
        return TASK_WORKFLOW.run(name, task, actor=actor, reason=reason, **data)
    except SecondApproverNeeded:
        payment = services.current(SUBJECT, task.pk)
        if payment is not None:
            approvals.require(
                payment,
                actor=actor,
                action=_action(name),
                reason=reason,
                task_id=task.pk,
                **{key: str(value) for key, value in data.items()},
            )
        raise


def divide(
    name: str,
    task: TaskRequest,
    *,
    actor: User,
    reason: str,
    worker_amount: Decimal | None = None,
    worker_percent: Decimal | None = None,
) -> TaskRequest:
    """Run a transition of `NAMES` that divides the price, and return the task.

    Raises as `part_of` and `decide`.
    """
    part = part_of(task, actor=actor, amount=worker_amount, percent=worker_percent)
    return decide(name, task, actor=actor, reason=reason, worker_amount=part)


def require_sees_price(actor: User) -> None:
    """Raise `NotAllowed` (403) for who may not see the price that an amount is part of.

    The answers to several amounts would tell it.
    """
    if not sees_prices(actor):
        raise NotAllowed(_("Give a share in per cent: you do not see the price."))


def part_of(
    task: TaskRequest,
    *,
    actor: User,
    amount: Decimal | None,
    percent: Decimal | None,
) -> Decimal:
    """Return the part of the worker: the amount, or so many per cent of the price.

    Raises `PriceMissing` (409) for a share of a task without a price, and `NotAllowed`
    (403) for an amount of who does not see the price.
    """
    if amount is not None:
        require_sees_price(actor)
        return amount
    if percent is None or task.agreed_price is None:
        raise PriceMissing
    cents = to_cents(task.agreed_price, task.currency) * percent / 100
    return to_decimal(round(cents), task.currency)


def register() -> None:
    """Let approved requests for the transitions of `NAMES` be carried out."""
    for name in NAMES:
        approvals.register(_action(name), partial(_carry_out, name), lock=_lock)


def _action(name: str) -> str:
    return f"task.{name}"


def _lock(task_id: int, **data: str) -> None:
    # Before the payment: a transition of the task locks both in this order.
    locked(TaskRequest.objects).only("pk").get(pk=task_id)


def _carry_out(
    name: str,
    payment: Payment,
    *,
    actor: User,
    reason: str,
    task_id: int,
    **data: str,
) -> None:
    """Run the transition. Raises `WrongStatus` (409) if another payment counts now."""
    current = services.current(SUBJECT, task_id)
    if current is None or current.pk != payment.pk:
        raise WrongStatus(_("The task has another payment now: decide about it anew."))
    task = TaskRequest.objects.get(pk=task_id)
    amounts: dict[str, Any] = {key: Decimal(value) for key, value in data.items()}
    TASK_WORKFLOW.run(name, task, actor=actor, reason=reason, **amounts)
