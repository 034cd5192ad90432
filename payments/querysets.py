"""The queryset of payments."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Q, When

from accounts.querysets import NAME_FIELDS, defer_except

if TYPE_CHECKING:
    from accounts.models import User

LIVE = ("pending", "held", "frozen", "releasing", "payout_blocked", "released")
CONTESTED_LATE = ("recovering", "recovered")  # live again, if the dispute is won


class PaymentQuerySet(models.QuerySet):
    """Payments."""

    def of(self, subject_type: str, subject_id: int) -> Self:
        """Payments for one thing, the newest first."""
        return self.filter(subject_type=subject_type, subject_id=subject_id).order_by(
            "-id"
        )

    def live(self) -> Self:
        """Those that stand in the way of another one for the same thing."""
        return self.filter(status__in=LIVE)

    def live_first(self) -> Self:
        """Those that are live before the others, each the newest first."""
        rank = Case(When(status__in=LIVE, then=0), default=1)
        return self.order_by(rank, "-id")

    def contested_late(self) -> Self:
        """Those that the payer's bank took back after the release."""
        return self.filter(status__in=CONTESTED_LATE)

    def visible_to(self, user: "User") -> Self:
        """Those of which `user` is the payer or the payee."""
        return self.filter(Q(payer=user.pk) | Q(payee=user.pk))

    def for_display(self) -> Self:
        """Fetch what the serializer shows: both people, and the history."""
        unused = [
            name
            for relation in ("payer", "payee")
            for name in defer_except(relation, NAME_FIELDS)
        ]
        rows = self.select_related("payer", "payee").defer(*unused)
        return rows.prefetch_related("events")

    def newest_first(self) -> Self:
        """The newest first."""
        return self.order_by("-id")

    def unpaid(self, *, at: datetime) -> Self:
        """Those that nobody has paid in time."""
        return self.filter(status="pending", expires_at__lte=at)

    def held_too_long(self, *, before: datetime) -> Self:
        """Those whose money has been held since before `before`."""
        return self.filter(status__in=("held", "frozen"), held_at__lt=before)

    def needing_staff(self, *, before: datetime) -> Self:
        """Those that wait for a person: `before` is when too long begins."""
        return self.filter(
            ~Q(problem="")
            | Q(status__in=("frozen", "payout_blocked"))
            | Q(status="held", held_at__lt=before)
        )
