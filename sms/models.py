"""Text messages, the counters of their limits, and blocked prefixes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sms.numbers import shortened


class SmsMessage(models.Model):
    """One text message to one number, and what became of it."""

    class Status(models.TextChoices):
        """A message leaves `queued` once: whoever takes it out of there sends it."""

        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    class Failure(models.TextChoices):
        """Why a message failed. Of the first two nothing was sent, for certain."""

        REFUSED = "refused", _("The provider refuses the number")
        NOT_SENT = "not_sent", _("Not sent")
        UNKNOWN = "unknown", _("Not known whether it was sent")
        UNDELIVERED = "undelivered", _("Sent, but not delivered")

    key = models.CharField(
        max_length=200,
        unique=True,
        help_text=_("Names the event: of several sends with one key only one is sent."),
    )
    to = models.CharField(max_length=16, help_text=_("In E.164."))
    prefix = models.CharField(
        max_length=16, help_text=_("The number without its last four digits.")
    )
    country = models.CharField(max_length=2)
    purpose = models.CharField(max_length=30, blank=True)
    text = models.TextField(
        blank=True, help_text=_("Encrypted; emptied when it has left or failed.")
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.QUEUED, editable=False
    )
    failure = models.CharField(max_length=12, choices=Failure, blank=True)
    error = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(
        null=True, help_text=_("When its code was entered: the conversion.")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        constraints = [
            models.CheckConstraint(
                name="sms_failure_with_failed",
                condition=Q(status="failed") & ~Q(failure="")
                | ~Q(status="failed") & Q(failure=""),
            ),
            # A text is a code that opens an account.
            models.CheckConstraint(
                name="sms_text_until_it_left",
                condition=Q(status__in=("queued", "sending")) | Q(text=""),
            ),
        ]
        indexes = [
            # The limits of a number, and the conversions of the prefixes of a day.
            models.Index(fields=["to", "created_at"], name="sms_number"),
            models.Index(fields=["created_at", "prefix"], name="sms_conversions"),
            models.Index(
                fields=["provider_id"],
                name="sms_provider_id",
                condition=~Q(provider_id=""),
            ),
            models.Index(
                fields=["created_at"],
                name="sms_unfinished",
                condition=Q(status__in=("queued", "sending")),
            ),
        ]

    def __str__(self) -> str:
        return f"{shortened(self.to)} {self.pk}"

    @property
    def nothing_was_sent(self) -> bool:
        """Whether it is certain that the message never left."""
        return self.failure in CERTAINLY_UNSENT


CERTAINLY_UNSENT = (SmsMessage.Failure.REFUSED, SmsMessage.Failure.NOT_SENT)


class SmsCounter(models.Model):
    """How often something was used on one day: a number, a prefix, a network."""

    key = models.CharField(max_length=200)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "day"], name="sms_counter_once")
        ]
        indexes = [models.Index(fields=["day"], name="sms_counter_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.count}"


class SmsPrefixBlock(models.Model):
    """A prefix to which nothing is sent for a while: its codes are not entered."""

    class Status(models.TextChoices):
        """Staff lift a block; more messages without use make it active again."""

        ACTIVE = "active", _("Active")
        LIFTED = "lifted", _("Lifted")

    prefix = models.CharField(max_length=16, unique=True)
    reason = models.CharField(max_length=200)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.ACTIVE, editable=False
    )
    blocked_until = models.DateTimeField()
    counted_from = models.DateTimeField(
        help_text=_("Messages before this time do not count for another block.")
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("blocked prefix")
        verbose_name_plural = _("blocked prefixes")

    def __str__(self) -> str:
        return f"{self.prefix}…"
