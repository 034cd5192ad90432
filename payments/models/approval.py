"""Decisions of staff about much money: one asks, another one approves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models.payment import Payment


class StaffRequest(models.Model):
    """An action of staff that waits for a second member of staff.

    `action` is registered in `payments.approvals`, and `params` are its arguments.
    """

    class Status(models.TextChoices):
        """An approved request has been carried out in the same transaction."""

        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="staff_requests"
    )
    action = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    amount_cents = models.BigIntegerField(help_text=_("What it decides about."))
    reason = models.CharField(max_length=2000)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_reason = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("request of staff")
        verbose_name_plural = _("requests of staff")
        constraints = [
            # Of two requests at once, the second finds the first.
            models.UniqueConstraint(
                fields=["payment"],
                name="one_waiting_request_per_payment",
                condition=Q(status="waiting"),
            ),
            # E18: never the same person.
            models.CheckConstraint(
                name="request_approved_by_another",
                condition=~Q(status="approved")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.payment_id}"


class LedgerCheck(models.Model):
    """Up to which journal the ledger was found in order: one row."""

    name = models.CharField(max_length=20, unique=True, default="ledger")
    journal_id = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.journal_id}"
