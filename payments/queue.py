"""The queue of payments that need a person."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.querysets import PaymentQuerySet

LABELS = {
    "all": _("All that need a person"),
    "problem": _("With a problem"),
    "frozen": _("Frozen"),
    "payout_blocked": _("Release blocked"),
    "held_too_long": _("Held too long"),
}


def of(name: str, rows: QuerySet[Any] | None = None) -> QuerySet[Payment]:
    """Return the payments of `rows` in one part of the queue, a key of `LABELS`."""
    found = Payment.objects.all() if rows is None else rows
    payments = cast(PaymentQuerySet, found)
    before = timezone.now() - timedelta(days=settings.PAYMENT_MAX_HOLD_DAYS)
    if name == "problem":
        return payments.exclude(problem="")
    if name in ("frozen", "payout_blocked"):
        return payments.filter(status=name)
    if name == "held_too_long":
        return payments.held_too_long(before=before)
    ids = Payment.objects.needing_staff(before=before)
    return payments.filter(pk__in=ids.order_by().values("pk"))
