"""A dispute of the two parties of a task, its pictures, and offers to settle it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.models import Timestamped
from tasks.models.tasks import TaskRequest
from tasks.querysets import DisputeQuerySet


class Dispute(Timestamped):
    """The two parties of a task do not agree about it. One at a time is unresolved."""

    class Reason(models.TextChoices):
        """What it is about."""

        WORK_QUALITY = "work_quality", _("The work is not good")
        NO_SHOW = "no_show", _("Nobody came")
        INCOMPLETE = "incomplete", _("The work is not finished")
        DIFFERENT_WORK = "different_work", _("The work is not what was agreed")
        PAYMENT = "payment", _("Payment")
        COMMUNICATION = "communication", _("The other side does not answer")
        SAFETY = "safety", _("Safety")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        """The statuses of the workflow of disputes."""

        OPEN = "open", _("Waiting for the other side")
        UNDER_REVIEW = "under_review", _("Under review")
        RESOLVED = "resolved", _("Resolved")

    class Resolution(models.TextChoices):
        """How it ended."""

        REFUND = "refund", _("Refunded to the creator")
        PAY_WORKER = "pay_worker", _("Paid to the worker")
        PARTIAL = "partial", _("Divided between both")
        CANCELLED = "cancelled", _("Cancelled")

    task = models.ForeignKey(
        TaskRequest, on_delete=models.CASCADE, related_name="disputes"
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="disputes_filed",
    )
    filed_against = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="disputes_against",
    )
    reason = models.CharField(max_length=20, choices=Reason)
    description = models.TextField(max_length=5000, blank=True)
    status = models.CharField(
        max_length=15, choices=Status, default=Status.OPEN, editable=False
    )
    respond_by = models.DateTimeField(
        help_text=_("Then staff may decide without an answer of the other side.")
    )
    response_description = models.TextField(max_length=5000, blank=True)
    responded_at = models.DateTimeField(null=True, editable=False)
    resolution = models.CharField(
        max_length=15, choices=Resolution, blank=True, editable=False
    )
    resolution_notes = models.TextField(max_length=2000, blank=True, editable=False)
    worker_cents = models.PositiveBigIntegerField(
        null=True,
        editable=False,
        help_text=_("What the worker gets of the price, in the minor unit."),
    )
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("A party: by accepting an offer of the other one."),
    )
    escalated_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When staff were notified that it takes too long."),
    )
    last_message = models.ForeignKey(
        "messaging.Message",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("The last one that the two had written when it was filed."),
    )

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                name="one_open_dispute_per_task",
                condition=~Q(status="resolved"),
            ),
            models.CheckConstraint(
                name="dispute_of_two_people",
                condition=~Q(filed_by=F("filed_against")),
            ),
            models.CheckConstraint(
                name="dispute_resolved_by_a_resolution",
                condition=Q(status="resolved") & ~Q(resolution="")
                | ~Q(status="resolved") & Q(resolution=""),
            ),
        ]
        indexes = [
            # The figures of a day.
            models.Index(fields=["created_at"], name="dispute_day"),
            models.Index(
                fields=["resolved_at"],
                name="dispute_settled_day",
                condition=Q(resolved_at__isnull=False),
            ),
            models.Index(
                fields=["respond_by"],
                name="dispute_unanswered",
                condition=Q(status="open"),
            ),
            models.Index(
                fields=["created_at"],
                name="dispute_unresolved",
                condition=~Q(status="resolved"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.task_id}"

    @property
    def is_resolved(self) -> bool:
        """Whether it is over."""
        return self.status == self.Status.RESOLVED

    def is_heard(self, *, at: datetime) -> bool:
        """Return whether both sides have spoken, or had the time to."""
        return self.responded_at is not None or self.respond_by <= at


class DisputeEvidence(models.Model):
    """A private picture that one side shows."""

    dispute = models.ForeignKey(
        Dispute, on_delete=models.CASCADE, related_name="evidence"
    )
    upload = models.OneToOneField(
        "uploads.Upload", on_delete=models.PROTECT, related_name="+"
    )
    is_response = models.BooleanField(help_text=_("Of the other side's answer."))

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.upload_id}"


class DisputeOffer(models.Model):
    """A proposal of one side. The newest of a dispute counts, the others do not."""

    dispute = models.ForeignKey(
        Dispute, on_delete=models.CASCADE, related_name="offers"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    worker_cents = models.PositiveBigIntegerField(
        help_text=_("What the worker gets of the price, in the minor unit.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.worker_cents}"
