"""Notifications, and the channels by which people want to receive them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.db.models import PreparedSaves
from notifications.querysets import NotificationQuerySet
from notifications.types import Group


class Notification(PreparedSaves):
    """One event for one recipient, as a type and parameters.

    `notifications.rendering` renders the text when it is read. The row is also the
    outbox of its e-mail: both are written in the transaction of the event.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,  # notification_newest begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # nobody looks for what a person has caused
        help_text="Who caused it: named in the texts, unless suspended.",
    )
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(
        max_length=30, blank=True, help_text="Such as task, listing or conversation."
    )
    subject_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict)
    dedup_key = models.CharField(
        max_length=200, blank=True, help_text="At most one notification has this key."
    )
    in_app = models.BooleanField(
        default=True, help_text="No: it is sent by e-mail only, or was deleted."
    )
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    # What its recipient no longer sees; `notifications.withholding` sets it.
    withheld: frozenset[tuple[str, int]] | None = None

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedup_key"],
                name="notification_key_once",
                condition=~Q(dedup_key=""),
            ),
        ]
        indexes = [
            # A page of the list is read from these two in order, without a sort.
            models.Index(
                fields=["recipient", "-created_at", "-id"],
                name="notification_newest",
                condition=Q(in_app=True),
            ),
            models.Index(
                fields=["recipient", "-created_at", "-id"],
                name="notification_unread",
                condition=Q(in_app=True, read_at=None),
            ),
            models.Index(
                fields=["subject_type", "subject_id"], name="notification_subject"
            ),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @property
    def is_read(self) -> bool:
        """Whether the recipient has marked it as read."""
        return self.read_at is not None


class EmailRecord(models.Model):
    """A notification that was sent by e-mail lately, or whose e-mail is held back.

    `notifications.delivery` counts the sent ones to bound how many a person receives.
    """

    notification = models.OneToOneField(
        Notification, on_delete=models.CASCADE, related_name="email_record"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # email_record_newest begins with it
    )
    is_held = models.BooleanField(
        help_text="Yes: it waits for the next digest, as the limit was reached."
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["recipient", "is_held", "-at"], name="email_record_newest"
            ),
            models.Index(fields=["is_held", "at"], name="email_record_age"),
        ]

    def __str__(self) -> str:
        return f"{'held' if self.is_held else 'sent'}: {self.notification_id}"


class Preference(models.Model):
    """The channels that a person has chosen for one group of notification types.

    Without a row the defaults of `services.default_channels` apply.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="preferences",
        db_index=False,  # the unique constraint begins with it
    )
    group = models.CharField(max_length=20, choices=Group)
    in_app = models.BooleanField()
    email = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group"], name="one_preference_per_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.group}"
