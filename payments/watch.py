"""What takes too long: it becomes a problem of its payment, and staff are notified."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from core.db.locks import locked
from payments import alerts
from payments.models import Payment, ProviderCall

MAX_UNCLEAR = timedelta(minutes=30)
MAX_RELEASING = timedelta(minutes=15)
State = ProviderCall.State


def unclear_calls(at: datetime) -> QuerySet[Payment]:
    """Return payments with a call whose outcome has been unknown for too long."""
    calls = ProviderCall.objects.filter(
        state__in=(State.SENDING, State.UNKNOWN), first_sent_at__lt=at - MAX_UNCLEAR
    )
    ids = calls.order_by().values("payment")
    return Payment.objects.filter(pk__in=ids, problem="")


def slow_releases(at: datetime) -> QuerySet[Payment]:
    """Return payments that should have been released by now."""
    return Payment.objects.filter(
        status=Payment.Status.RELEASING, updated_at__lt=at - MAX_RELEASING, problem=""
    )


def held_too_long(at: datetime) -> QuerySet[Payment]:
    """Return payments that staff were not told about since they are held too long."""
    longest = timedelta(days=settings.PAYMENT_MAX_HOLD_DAYS)
    # `problem_at` stays when staff clear a problem: it is not reported again.
    untold = Q(problem_at=None) | Q(problem_at__lt=F("held_at") + longest)
    return Payment.objects.held_too_long(before=at - longest).filter(untold)


PROBLEMS = {
    "call_unclear": unclear_calls,
    "release_slow": slow_releases,
    "held_too_long": held_too_long,
}


def look(at: datetime) -> int:
    """Record what takes too long, and notify staff of each once; return how many."""
    return sum(
        _report(problem, find, pk, at)
        for problem, find in PROBLEMS.items()
        for pk in find(at).order_by("pk").values_list("pk", flat=True)[:1000]
    )


@transaction.atomic
def _report(
    problem: str, find: Callable[[datetime], QuerySet[Payment]], pk: int, at: datetime
) -> bool:
    # Locked and read again: it may have ended since.
    payment = locked(Payment.objects).filter(pk=pk).first()
    if payment is None or not find(at).filter(pk=pk).exists():
        return False
    alerts.needs_staff(payment, problem)
    return True
