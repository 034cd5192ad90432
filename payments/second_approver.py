"""When one member of staff does not suffice: decisions about much money."""

from django.conf import settings

from accounts.models import User
from payments.exceptions import SecondApproverNeeded
from payments.models import Payment, StaffRequest
from payments.permissions import is_impartial_staff


def is_needed(payment: Payment, actor: User | None) -> bool:
    """Return whether a decision of `actor` about a payment needs a second person.

    Decisions of the payer, of the payee and of the scheduler do not.
    """
    limit = settings.PAYMENT_SECOND_APPROVER_CENTS
    return bool(
        limit and payment.price_cents > limit and is_impartial_staff(payment, actor)
    )


def require_approved(payment: Payment, actor: User | None) -> None:
    """Raise `SecondApproverNeeded` (409) unless a request of another is carried out.

    It stands in the effects, so that no way to decide goes round it.
    """
    if not is_needed(payment, actor):
        return
    # While `approvals` carries a request out, it waits and has its second person. That
    # is never committed: in the same transaction it becomes approved.
    requests = payment.staff_requests.filter(
        status=StaffRequest.Status.WAITING, decided_by=actor
    )
    if not requests.exclude(requested_by=actor).exists():
        raise SecondApproverNeeded
