"""The workflow table of payments."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services as audit
from core.workflow import Transition, Workflow, is_system
from payments import effects, notices, permissions, receipts
from payments.inputs import ReasonInput, SplitInput
from payments.models import Payment, PaymentEvent
from payments.signals import payment_changed

(
    PENDING,
    HELD,
    FROZEN,
    RELEASING,
    RELEASED,
    REFUNDING,
    REFUNDED,
    PARTLY_REFUNDED,
    PAYOUT_BLOCKED,
    EXPIRED,
    RECOVERING,
    RECOVERED,
    LOST,
) = Payment.Status.values


def record(
    payment: Payment,
    *,
    actor: User | None,
    row: Transition,
    old: str,
    reason: str = "",
    **data: Any,
) -> None:
    """Add a transition to the history, notify both sides, and send the signal."""
    event = PaymentEvent.objects.create(
        payment=payment,
        actor=actor,
        name=row.name,
        old=old,
        new=payment.status,
        reason=reason,
    )
    if row.in_admin and actor is not None:
        audit.record(
            payment,
            actor=actor,
            action=row.name,
            reason=reason,
            before=old,
            after=payment.status,
        )
    notices.payment_changed(payment, row=row, reason=reason, event=event)
    receipts.send(payment, row=row, event=event)
    payment_changed.send(Payment, payment=payment, name=row.name, actor=actor)


def _row(
    name: str,
    label: Any,
    source: tuple[str, ...],
    target: str,
    effect: Any,
    *,
    allow: Any = is_system,
    **more: Any,
) -> Transition:
    """Return a row that the API does not offer: the subject's own rows lead here."""
    return Transition(
        name=name,
        label=label,
        done=more.pop("done", label),
        source=source,
        target=target,
        allow=allow,
        effect=effect,
        in_api=False,
        **more,
    )


DECIDED = permissions.is_decided
STAFF = {
    "allow": permissions.is_impartial_staff,
    "in_admin": True,
    "input": ReasonInput,
}

PAYMENT_WORKFLOW = Workflow(
    # What the provider reports.
    _row("hold", _("Hold the money"), (PENDING,), HELD, effects.hold),
    _row(
        "return-late",
        _("Refund a payment that came too late"),
        (EXPIRED,),
        REFUNDING,
        effects.give_back_late,
    ),
    _row(
        "finish-release", _("Record the release"), (RELEASING,), RELEASED, effects.end
    ),
    _row("finish-refund", _("Record the refund"), (REFUNDING,), REFUNDED, effects.end),
    _row(
        "finish-split",
        _("Record the division"),
        (REFUNDING,),
        PARTLY_REFUNDED,
        effects.end,
    ),
    _row(
        "block",
        _("Wait for the payee's account"),
        (RELEASING,),
        PAYOUT_BLOCKED,
        effects.freeze,
    ),
    _row(
        "resume",
        _("Release again"),
        (PAYOUT_BLOCKED,),
        RELEASING,
        effects.resume,
    ),
    _row("unfreeze", _("Hold again"), (FROZEN,), HELD, effects.freeze),
    _row("lose", _("Record a lost dispute"), (FROZEN,), LOST, effects.lose),
    _row(
        "lose-blocked",
        _("Record a lost dispute before the release"),
        (PAYOUT_BLOCKED,),
        LOST,
        effects.lose_blocked,
    ),
    _row("reopen", _("Record an overturned dispute"), (LOST,), FROZEN, effects.reopen),
    _row(
        "return-won",
        _("Refund a payment that was paid anew"),
        (LOST,),
        REFUNDING,
        effects.give_back_won,
    ),
    _row(
        "recover",
        _("Take the transfer back"),
        (RELEASED,),
        RECOVERING,
        effects.recover,
    ),
    _row(
        "finish-recovery",
        _("Record the recovery"),
        (RECOVERING,),
        RECOVERED,
        effects.end,
    ),
    _row(
        "write-off",
        _("Record a lost dispute after the release"),
        (RECOVERING,),
        LOST,
        effects.write_off,
    ),
    _row(
        "write-off-recovered",
        _("Record a lost dispute that is recovered"),
        (RECOVERED,),
        RECOVERED,
        effects.write_off,
    ),
    _row(
        "win",
        _("Record a dispute that is won"),
        (RECOVERING, RECOVERED),
        RELEASING,
        effects.win,
    ),
    # What follows from the subject: its app has decided who may.
    _row(
        "expire",
        _("Cancel the payment"),
        (PENDING,),
        EXPIRED,
        effects.expire,
        allow=DECIDED,
    ),
    _row(
        "freeze",
        _("Freeze the payment"),
        (HELD,),
        FROZEN,
        effects.freeze,
        allow=DECIDED,
    ),
    _row(
        "release",
        _("Release the payment"),
        (HELD, FROZEN),
        RELEASING,
        effects.release,
        allow=DECIDED,
    ),
    _row(
        "refund",
        _("Refund the payment"),
        (HELD, FROZEN),
        REFUNDING,
        effects.refund,
        allow=DECIDED,
    ),
    _row(
        "split",
        _("Divide the payment"),
        (HELD, FROZEN),
        REFUNDING,
        effects.split,
        allow=DECIDED,
    ),
    # What staff may do with a payment that is stuck.
    _row(
        "release-by-staff",
        _("Release the payment to the payee"),
        (HELD, FROZEN),
        RELEASING,
        effects.release,
        **STAFF,
    ),
    _row(
        "refund-by-staff",
        _("Refund the payment to the payer"),
        (HELD, FROZEN),
        REFUNDING,
        effects.refund,
        **STAFF,
    ),
    _row(
        "split-by-staff",
        _("Divide the payment between both"),
        (HELD, FROZEN),
        REFUNDING,
        effects.split,
        **STAFF | {"input": SplitInput},
    ),
    record=record,
)
