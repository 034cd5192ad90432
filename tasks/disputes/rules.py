"""When a dispute may be filed, and how much it is about."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.exceptions import DomainError, WrongStatus
from payments import services as payments
from payments.models import Payment
from payments.money import to_cents
from payments.services import MONEY_THERE
from tasks.models import TaskRequest
from tasks.payments import SUBJECT, PriceMissing
from tasks.permissions import is_worker
from tasks.workflow import TASK_WORKFLOW

FILING_TIME = timedelta(days=7)  # after the completion
ESCALATION_TIME = timedelta(days=30)  # after which staff are reminded
MAX_OFFERS = 25  # of each side; the answers of a dispute show them all
Status = TaskRequest.Status


class AlreadyDisputed(DomainError):
    """There is a dispute about the task, or there was one (409)."""

    code = "already_disputed"

    def __init__(self) -> None:
        super().__init__(_("There is a dispute about this task already."))


def row_for(task: TaskRequest, actor: User) -> str:
    """Return the name of the transition by which `actor`, a party, disputes a task."""
    side = "worker" if is_worker(task, actor) else "creator"
    return f"dispute-by-{side}"


def check_may_file(task: TaskRequest, actor: User, *, at: datetime) -> None:
    """Raise unless `actor`, a party of the locked task, may dispute it at `at`.

    Raises `AlreadyDisputed` (409), and `WrongStatus` (409) before the work has begun,
    `FILING_TIME` after its completion, and for a task that is cancelled.
    """
    if task.disputes.exists():
        raise AlreadyDisputed
    if task.status == Status.COMPLETED:
        if task.completed_at is None or task.completed_at + FILING_TIME < at:
            sentence = ngettext(
                "A task can be disputed within %(days)s day of its completion.",
                "A task can be disputed within %(days)s days of its completion.",
                FILING_TIME.days,
            )
            raise WrongStatus(sentence % {"days": FILING_TIME.days})
    elif task.status not in TASK_WORKFLOW[row_for(task, actor)].source:
        raise WrongStatus(_("This task cannot be disputed now."))


def price_cents(task: TaskRequest) -> int | None:
    """Return the agreed price of a task in minor units; None without one."""
    if task.agreed_price is None:
        return None
    return to_cents(task.agreed_price, task.currency)


def require_price_cents(task: TaskRequest) -> int:
    """Return `price_cents`. Raises `PriceMissing` (409) without one."""
    price = price_cents(task)
    if price is None:
        raise PriceMissing
    return price


def held_payment(task: TaskRequest) -> Payment | None:
    """Return the payment of a task whose money is held; None if none is."""
    payment = payments.current(SUBJECT, task.pk)
    return payment if payment and payment.status in MONEY_THERE else None
