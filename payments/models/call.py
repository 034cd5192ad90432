"""The outbox: calls of the provider, written with the decision they carry out."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.db.models import PreparedSaves
from payments.models.payment import Payment


class ProviderCall(PreparedSaves):
    """One attempt of a call. Its parameters and its key are frozen.

    A sent attempt is repeated as it is, so that the provider does it once. Another
    attempt is made only when this one has certainly done nothing.
    """

    class Kind(models.TextChoices):
        """What the provider is asked to do."""

        CREATE_INTENT = "create_intent", _("Prepare the payment")
        CANCEL_INTENT = "cancel_intent", _("Cancel the payment")
        TRANSFER = "transfer", _("Transfer to the payee")
        REFUND = "refund", _("Refund the payer")
        REVERSE = "reverse", _("Take a transfer back")

    class State(models.TextChoices):
        """Of an unknown outcome nothing is repeated before it is looked up."""

        NEW = "new", _("New")
        SENDING = "sending", _("Being sent")
        UNKNOWN = "unknown", _("Outcome unknown")
        DONE = "done", _("Done")
        REJECTED = "rejected", _("Rejected")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="calls")
    kind = models.CharField(max_length=20, choices=Kind)
    purpose = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("Tells calls of one kind apart: the dispute of a recovery."),
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    idempotency_key = models.CharField(max_length=150, unique=True)
    params = models.JSONField()
    state = models.CharField(
        max_length=10, choices=State, default=State.NEW, editable=False
    )
    sent_count = models.PositiveIntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    provider_id = models.CharField(max_length=100, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("call of the provider")
        verbose_name_plural = _("calls of the provider")
        constraints = [
            # Of two decisions at once, the second finds the attempt of the first.
            models.UniqueConstraint(
                fields=["payment", "kind", "purpose"],
                name="one_live_attempt",
                condition=~Q(state="rejected"),
            ),
            models.CheckConstraint(
                name="call_sent_has_time",
                condition=Q(state__in=("new", "rejected"))
                | Q(first_sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(  # for figures
                fields=["finished_at"],
                name="call_rejected_day",
                condition=Q(state="rejected"),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="call_due",
                condition=Q(state__in=("new", "sending", "unknown")),
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def is_live(self) -> bool:
        """Whether its outcome is still awaited."""
        return self.state in (self.State.NEW, self.State.SENDING, self.State.UNKNOWN)


class ProviderPace(models.Model):
    """When the next call of a provider may begin: one row for each provider."""

    provider = models.CharField(max_length=20, unique=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.provider
