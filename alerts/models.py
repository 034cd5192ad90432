"""What people look for, and what they were told of."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.querysets import SavedSearchQuerySet

OVERLAP = timedelta(minutes=5)  # what was written before it can be seen that much later


class SavedSearch(models.Model):
    """A question to one of the lists, asked again for whoever saved it."""

    class ItemType(models.TextChoices):
        LISTINGS = "listings", _("Listings")
        TASKS = "tasks", _("Tasks")
        OFFERINGS = "offerings", _("Services")

    class Frequency(models.TextChoices):
        INSTANT = "instant", _("At once")
        DAILY = "daily", _("Every morning")
        WEEKLY = "weekly", _("On Monday mornings")
        OFF = "off", _("Never")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_searches",
        db_index=False,  # `saved_search_newest` begins with it
    )
    kind = models.CharField(max_length=10, choices=ItemType)
    name = models.CharField(max_length=100)
    query = models.JSONField(help_text=_("The parameters of the list."))
    digest = models.CharField(max_length=64, editable=False)
    frequency = models.CharField(
        max_length=10, choices=Frequency, default=Frequency.DAILY
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    query_changed_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Nothing older is told of.")
    )
    watermark = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Told of up to here.")
    )
    next_at = models.DateTimeField(null=True, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "digest"], name="one_search_per_question"
            ),
            models.CheckConstraint(
                name="saved_search_has_its_turn",
                condition=Q(frequency="off", next_at=None)
                | (~Q(frequency="off") & Q(next_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"], name="saved_search_newest"
            ),
            models.Index(
                fields=["next_at"],
                name="saved_search_due",
                condition=Q(next_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

    @property
    def since(self) -> datetime:
        """From when on to look: what commits late is still found."""
        return max(self.query_changed_at, self.watermark - OVERLAP)


class Alerted(models.Model):
    """An item that a search has told of, never to be told of again."""

    search = models.ForeignKey(
        SavedSearch,
        on_delete=models.CASCADE,
        related_name="alerted",
        db_index=False,  # the unique constraint begins with it
    )
    item_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["search", "item_id"], name="alerted_once_per_item"
            ),
        ]
        indexes = [models.Index(fields=["item_id"], name="alerted_item")]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.search_id}"
