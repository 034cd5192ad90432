"""Who is notified of what in a dispute, in the transaction of the event."""

from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from accounts.models import User
from core import events
from core.workflow import Transition
from jobs.services import enqueue_mail
from notifications.services import notify
from payments.money import to_text
from tasks.models import Dispute, DisputeOffer

UPDATED = "dispute.updated"
Resolution = Dispute.Resolution


def filed(dispute: Dispute) -> None:
    """Notify the other side that it may answer, and until when."""
    on = localdate(dispute.respond_by).isoformat()
    _notify(dispute.filed_against, "dispute_filed", dispute, dispute.filed_by, on=on)


def offered(offer: DisputeOffer) -> None:
    """Notify the other side of a proposal; publish the event to both."""
    dispute = offer.dispute
    amount = to_text(offer.worker_cents, dispute.task.currency)
    other = _other_than(offer.made_by, dispute)
    _notify(other, "dispute_offer", dispute, offer.made_by, amount=amount)
    publish(dispute)


def changed(
    dispute: Dispute, *, actor: User | None, row: Transition, **data: Any
) -> None:
    """Notify of an answer; publish the event of each change of the status to both."""
    if row.name == "respond":
        _notify(dispute.filed_by, "dispute_responded", dispute, actor)
    publish(dispute)


def resolved_after_completion(dispute: Dispute, *, actor: User) -> None:
    """Notify both of a decision that leaves the task as it is.

    Of one that ends the task, its transition notifies.
    """
    worker, creator = dispute.task.assigned_to, dispute.task.creator
    is_refund = dispute.resolution == Resolution.REFUND
    people = (creator, worker) if is_refund else (worker, creator)
    kinds = ("dispute_won", "dispute_lost")
    if dispute.resolution == Resolution.CANCELLED:
        kinds = ("dispute_closed", "dispute_closed")
    for person, kind in zip(people, kinds, strict=True):
        if person is not None:
            _notify(person, kind, dispute, actor, reason=dispute.resolution_notes)


def agreed_after_completion(dispute: Dispute, *, actor: User) -> None:
    """Notify the side whose proposal was accepted."""
    _notify(_other_than(actor, dispute), "dispute_agreed", dispute, actor)


def escalated(dispute: Dispute) -> None:
    """Notify staff that a dispute takes too long."""
    for address in settings.ALERT_EMAILS:
        enqueue_mail(
            f"dispute_escalated:{dispute.pk}:{address}",
            to=address,
            subject=f"Dispute {dispute.pk}: escalated",
            text=f"Dispute {dispute.pk} about task {dispute.task_id} is unresolved "
            f"since {localdate(dispute.created_at)}.",
        )


def publish(dispute: Dispute) -> None:
    """Publish the event to both sides."""
    ids = tuple(sorted((dispute.filed_by_id, dispute.filed_against_id)))
    payload = {
        "dispute_id": dispute.pk,
        "task_id": dispute.task_id,
        "status": dispute.status,
    }
    events.publish(ids, UPDATED, payload)


def _other_than(person: User, dispute: Dispute) -> User:
    is_filer = person.pk == dispute.filed_by_id
    return dispute.filed_against if is_filer else dispute.filed_by


def _notify(
    person: User, kind: str, dispute: Dispute, actor: User | None, **params: str
) -> None:
    texts: dict[str, Any] = {
        "title": dispute.task.title,
        "name": actor.display_name if actor else settings.SITE_NAME,
    }
    given = {name: text for name, text in params.items() if text}
    notify(person, kind, subject=dispute.task, actor=actor, **texts | given)
