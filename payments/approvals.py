"""Decisions of staff: carried out at once, or stored until a second person approves.

    approvals.act(payment, actor=staff, action="release-by-staff", reason="…")

An app above registers its own actions, and asks before it runs them:

    approvals.register("task.settle-for-worker", settle, lock=lock)
    if approvals.require(payment, actor=staff, action="task.settle-for-worker",
                         reason=reason, task_id=task.pk):
        return  # stored; once it is approved, `lock` and `settle` are called
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit import services as audit
from core.db.locks import locked
from core.exceptions import WrongStatus
from core.workflow import Transition, Workflow
from payments import alerts, effects, second_approver, services
from payments.exceptions import OtherRequestWaits, SecondApproverNeeded
from payments.models import Payment, StaffRequest
from payments.permissions import is_impartial_staff
from payments.workflow import PAYMENT_WORKFLOW

# By name: `run(payment, *, actor, reason, **params)`, in the transaction of the
# approval and with the payment locked. `params` are those given to `require`: JSON.
ACTIONS: dict[str, Callable[..., Any]] = {}
LOCKS: dict[str, Callable[..., Any]] = {}  # `lock(**params)`
WAITING = StaffRequest.Status.WAITING
OWN = ("release-by-staff", "refund-by-staff", "split-by-staff")


def register(
    name: str, run: Callable[..., Any], *, lock: Callable[..., Any] | None = None
) -> None:
    """Let requests of the action `name` be carried out by `run`.

    `lock(**params)` locks the row of the app above that comes before the payment.
    """
    ACTIONS[name] = run
    if lock is not None:
        LOCKS[name] = lock


@transaction.atomic
def require(
    payment: Payment, *, actor: User, action: str, reason: str, **params: Any
) -> StaffRequest | None:
    """Return None if `actor` may decide alone; otherwise store a request, return it.

    Raises `SecondApproverNeeded` (409) if the same request waits already, and
    `OtherRequestWaits` (409) if another one for the payment does.
    """
    if not second_approver.is_needed(payment, actor):
        return None
    try:
        # A savepoint: of two requests at once, the constraint refuses the second.
        with transaction.atomic():
            request = StaffRequest.objects.create(
                payment=payment,
                action=action,
                params=params,
                amount_cents=payment.price_cents,
                reason=reason,
                requested_by=actor,
            )
    except IntegrityError as error:
        same = payment.staff_requests.filter(status=WAITING, action=action)
        if params in same.values_list("params", flat=True):
            raise SecondApproverNeeded from error
        raise OtherRequestWaits from error
    audit.record(payment, actor=actor, action="request", reason=reason, after=action)
    alerts.request_waits(request)
    return request


@transaction.atomic
def act(
    payment: Payment, *, actor: User, action: str, reason: str, **params: Any
) -> Payment | StaffRequest:
    """Carry out an action of `OWN`, or store it as a request; return what became of it.

    Raises `NotAllowed` (403), `WrongStatus` (409), and what the action raises.
    """
    payment = locked(Payment.objects).get(pk=payment.pk)
    _check(payment, actor=actor, action=action, params=params)
    kept = {name: str(value) for name, value in params.items()}
    request = require(payment, actor=actor, action=action, reason=reason, **kept)
    if request is not None:
        return request
    result: Payment = ACTIONS[action](payment, actor=actor, reason=reason, **kept)
    return result


def _check(
    payment: Payment, *, actor: User, action: str, params: dict[str, Any]
) -> None:
    """Raise now what the action would raise when it is approved."""
    PAYMENT_WORKFLOW.check_allowed(action, payment, actor)
    if payment.status not in PAYMENT_WORKFLOW[action].source:
        raise WrongStatus(_("The payment is not held now."))
    effects.require_uncontested(payment)
    if "worker_amount" in params:
        effects.worker_part(payment, params["worker_amount"])


def _run(
    name: str,
    payment: Payment,
    *,
    actor: User,
    reason: str,
    worker_amount: str | None = None,
) -> Payment:
    data: dict[str, Any] = {}
    if worker_amount is not None:
        data["worker_amount"] = Decimal(worker_amount)
    payment = PAYMENT_WORKFLOW.run(name, payment, actor=actor, reason=reason, **data)
    return services.block_if_waiting(payment)


for _name in OWN:
    register(_name, partial(_run, _name))


# --- The second person ----------------------------------------------------------------


def may_approve(request: StaffRequest, user: User | None) -> bool:
    """Return whether `user` is impartial staff, and not who has asked.

    Who has asked must still be impartial staff too: it takes two of them.
    """
    return (
        user is not None
        and user.pk != request.requested_by_id
        and may_reject(request, user)
        and may_reject(request, request.requested_by)
    )


def may_reject(request: StaffRequest, user: User | None) -> bool:
    """Return whether `user` is impartial staff: also who has asked may take it back."""
    return is_impartial_staff(request.payment, user)


def lock_subject(request: StaffRequest) -> None:
    """Lock what is locked before the payment, as in every other decision about it."""
    if lock := LOCKS.get(request.action):
        lock(**request.params)


def _decide(request: StaffRequest, actor: User, reason: str) -> None:
    request.decided_by, request.decision_reason = actor, reason
    request.decided_at = timezone.now()


def approve(request: StaffRequest, *, actor: User, reason: str = "") -> None:
    """Carry out the request; the payment and the request are locked."""
    _decide(request, actor, reason)
    request.save()  # `second_approver.require_approved` finds it
    run = ACTIONS[request.action]
    run(request.payment, actor=actor, reason=request.reason, **request.params)


def reject(request: StaffRequest, *, actor: User, reason: str = "") -> None:
    """Do nothing of what was asked for."""
    _decide(request, actor, reason)


def record(
    request: StaffRequest,
    *,
    actor: User,
    row: Transition,
    old: str,
    reason: str = "",
) -> None:
    """Add the decision to the audit log."""
    audit.record(
        request,
        actor=actor,
        action=row.name,
        reason=reason,
        before=old,
        after=request.status,
    )


REQUEST_WORKFLOW = Workflow(
    Transition(
        name="approve",
        label=gettext_lazy("Approve and carry out"),
        done=gettext_lazy("The request is carried out."),
        source=(StaffRequest.Status.WAITING,),
        target=StaffRequest.Status.APPROVED,
        allow=may_approve,
        effect=approve,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="reject",
        label=gettext_lazy("Reject"),
        done=gettext_lazy("The request is rejected."),
        source=(StaffRequest.Status.WAITING,),
        target=StaffRequest.Status.REJECTED,
        allow=may_reject,
        effect=reject,
        in_api=False,
        in_admin=True,
    ),
    parent="payment",
    lock_first=lock_subject,
    record=record,
)
