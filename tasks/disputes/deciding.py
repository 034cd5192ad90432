"""End a dispute: by a decision of staff, or by an offer that the other side accepts."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from core.db.locks import locked
from core.exceptions import NotAllowed, NotFound, ValidationFailed, WrongStatus
from payments import services as payments
from payments.exceptions import PaymentProcessing
from payments.money import to_decimal
from tasks.disputes import notices, permissions, rules
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute, DisputeOffer, TaskRequest
from tasks.payments import SUBJECT
from tasks.services import require_heard_in
from tasks.settlements import decide
from tasks.workflow import TASK_WORKFLOW

CHANGE = "tasks.change_dispute"
Resolution = Dispute.Resolution
ROWS: dict[str, str] = {  # the transition of the task that each decision runs
    Resolution.PAY_WORKER: "settle-for-worker",
    Resolution.REFUND: "settle-for-creator",
    Resolution.PARTIAL: "settle-split",
    Resolution.CANCELLED: "cancel-by-staff",
}


def check_may_resolve(dispute: Dispute, actor: User) -> None:
    """Raise `NotAllowed` (403) unless `actor` is impartial staff who may decide."""
    if not permissions.is_impartial_staff(dispute, actor) or not actor.has_perm(CHANGE):
        raise NotAllowed(_("Only staff who are no party of a dispute can decide it."))


def resolve(
    dispute: Dispute,
    *,
    actor: User,
    resolution: str,
    reason: str,
    worker_cents: int | None = None,
) -> Dispute:
    """Decide a dispute as staff, and return it; the money moves by the task's own rows.

    Raises `NotAllowed` (403), `WrongStatus` (409) for one that is resolved, `NotHeard`
    (409) while the other side may answer, `SecondApproverNeeded` (409) once a request
    is stored, and what the transition raises. Call it outside of a transaction.
    """
    check_may_resolve(dispute, actor)
    _require_unresolved(dispute)
    require_heard_in(dispute)
    task = dispute.task
    if task.status == TaskRequest.Status.COMPLETED:
        return _resolve_completed(
            dispute, actor=actor, resolution=resolution, notes=reason
        )
    data: dict[str, Any] = {}
    if resolution == Resolution.PARTIAL and worker_cents is not None:
        data["worker_amount"] = to_decimal(worker_cents, task.currency)
    decide(ROWS[resolution], task, actor=actor, reason=reason, **data)
    dispute.refresh_from_db()
    return dispute


def _require_unresolved(dispute: Dispute) -> None:
    if dispute.is_resolved:
        raise WrongStatus(_("This dispute is resolved."))


@transaction.atomic
def _resolve_completed(
    dispute: Dispute, *, actor: User, resolution: str, notes: str
) -> Dispute:
    """Resolve a dispute about a task that was completed before it was disputed.

    The task stays completed. What was released does not come back: for a decision that
    would take it back, raises `WrongStatus` (409), as `payments.services` does.
    """
    dispute = _locked(dispute)
    task = dispute.task
    if resolution == Resolution.PARTIAL:
        raise PaymentProcessing
    if resolution == Resolution.REFUND:
        payments.refund(SUBJECT, task.pk, actor=actor, reason=notes)
    is_paid = resolution == Resolution.PAY_WORKER
    dispute = DISPUTE_WORKFLOW.run(
        "resolve",
        dispute,
        actor=actor,
        resolution=resolution,
        notes=notes,
        worker_cents=rules.price_cents(task) if is_paid else None,
    )
    audit.record(dispute, actor=actor, action="resolve", reason=notes, after=resolution)
    notices.resolved_after_completion(dispute, actor=actor)
    return dispute


def _locked(dispute: Dispute) -> Dispute:
    """Return the dispute with its task, both locked: the task first, as everywhere."""
    task = locked(TaskRequest.objects).get(pk=dispute.task_id)
    dispute = locked(Dispute.objects).get(pk=dispute.pk)
    dispute.task = task
    return dispute


# --- Offers ---------------------------------------------------------------------------


def check_is_party(dispute: Dispute, actor: User) -> None:
    """Raise `NotAllowed` (403) unless `actor` is a party."""
    if not permissions.is_party(dispute, actor):
        raise NotAllowed(_("Only the two sides of a dispute settle it between them."))


@transaction.atomic
def offer(dispute: Dispute, *, actor: User, worker_cents: int) -> DisputeOffer:
    """Propose what the worker gets, and return the offer; it withdraws earlier ones.

    Raises `NotAllowed` (403), `ValidationFailed` (400) for more than the price, and
    `WrongStatus` and `PriceMissing` (409) where it could not be carried out, and after
    `MAX_OFFERS` of the same side.
    """
    check_is_party(dispute, actor)
    dispute = _locked(dispute)
    _require_unresolved(dispute)
    _row_for(dispute.task, worker_cents)
    # Of each side: one that repeats itself must not silence the other.
    if dispute.offers.filter(made_by=actor).count() >= rules.MAX_OFFERS:
        raise WrongStatus(_("There are too many offers. Staff will decide."))
    made = DisputeOffer.objects.create(
        dispute=dispute, made_by=actor, worker_cents=worker_cents
    )
    notices.offered(made)
    return made


@transaction.atomic
def accept(dispute: Dispute, offer_id: int, *, actor: User) -> Dispute:
    """Accept the newest offer of the other side, and return the resolved dispute.

    Raises `NotAllowed` (403) for one's own offer, `NotFound` (404), `WrongStatus`
    (409) for an offer that was withdrawn, and what the transition raises.
    """
    check_is_party(dispute, actor)
    dispute = _locked(dispute)
    task = dispute.task
    offers = list(dispute.offers.all())
    accepted = next((one for one in offers if one.pk == offer_id), None)
    if accepted is None:
        raise NotFound(_("Not found."))
    if accepted.made_by_id == actor.pk:
        raise NotAllowed(_("The other side accepts your offer, or makes another one."))
    _require_unresolved(dispute)
    if accepted.pk != offers[-1].pk:
        raise WrongStatus(_("This offer was withdrawn: there is a newer one."))
    name, data = _row_for(task, accepted.worker_cents)
    accepted.accepted_at = timezone.now()
    accepted.save(update_fields=["accepted_at"])
    if task.status == TaskRequest.Status.COMPLETED:
        _agree_on_completed(dispute, actor=actor, worker_cents=accepted.worker_cents)
    else:
        TASK_WORKFLOW.run(name, task, actor=actor, is_locked=True, **data)
    dispute.refresh_from_db()
    return dispute


def _row_for(task: TaskRequest, worker_cents: int) -> tuple[str, dict[str, Any]]:
    """Return the transition by which both agree on a part of the worker, and its data.

    Raises as `offer`.
    """
    price = rules.require_price_cents(task)
    if worker_cents > price:
        raise ValidationFailed(
            _("This is more than the price of the task."), field="worker_cents"
        )
    if task.status == TaskRequest.Status.COMPLETED and worker_cents < price:
        raise WrongStatus(
            _("The task is completed: what the worker has got does not come back.")
        )
    if worker_cents == price:
        return "agree-for-worker", {}
    if worker_cents == 0:
        return "agree-for-creator", {}
    if rules.held_payment(task) is None:
        raise PaymentProcessing
    return "agree-split", {"worker_amount": to_decimal(worker_cents, task.currency)}


def _agree_on_completed(dispute: Dispute, *, actor: User, worker_cents: int) -> None:
    DISPUTE_WORKFLOW.run(
        "resolve",
        dispute,
        actor=actor,
        resolution=Resolution.PAY_WORKER,
        worker_cents=worker_cents,
    )
    notices.agreed_after_completion(dispute, actor=actor)
